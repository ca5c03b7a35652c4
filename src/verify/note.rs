//! A checkpoint in a file, as far as the verifier needs it: the first three lines of a signed note (C2SP tlog-checkpoint).

use base64::Engine as _;

use crate::evidence::Digest;

/// A tree that somebody outside the database has kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The log's name: the hub's.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// The root.
    pub root: Digest,
}

/// The text is no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a checkpoint: its first three lines must be the origin, the size and the root in base64")]
pub struct NoCheckpoint;

impl Known {
    /// Reads the first three lines.
    ///
    /// # Errors
    /// They are not those of a checkpoint.
    pub fn parse(text: &str) -> Result<Self, NoCheckpoint> {
        let mut lines = text.lines();
        let mut line = || lines.next().ok_or(NoCheckpoint);
        let (origin, size, root) = (line()?, line()?, line()?);
        let number = size.parse::<u64>().ok().filter(|number| number.to_string() == size);
        let root = base64::engine::general_purpose::STANDARD.decode(root).ok();
        Ok(Self {
            origin: Some(origin.to_owned())
                .filter(|origin| !origin.is_empty())
                .ok_or(NoCheckpoint)?,
            size: number.ok_or(NoCheckpoint)?,
            root: root.and_then(|root| root.try_into().ok()).ok_or(NoCheckpoint)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_three_lines_are_the_checkpoint() {
        let root = base64::engine::general_purpose::STANDARD.encode([7; 32]);
        let note = format!("hub.example\n42\n{root}\n\n— hub.example abc=\n");
        let known = Known::parse(&note).unwrap();
        assert_eq!(
            (known.origin.as_str(), known.size, known.root),
            ("hub.example", 42, [7; 32])
        );
        for wrong in [
            String::new(),
            "hub.example\n42\n".to_owned(),
            format!("\n42\n{root}\n"),
            format!("hub.example\n042\n{root}\n"),
            format!("hub.example\n-1\n{root}\n"),
            "hub.example\n42\nAAAA\n".to_owned(),
        ] {
            assert_eq!(Known::parse(&wrong), Err(NoCheckpoint), "{wrong:?}");
        }
    }
}
