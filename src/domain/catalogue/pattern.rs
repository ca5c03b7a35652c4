//! JSON pointers with `*` for "each item", as `kind.toml` uses them: `/lines/*/held`.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::domain::pointer::push_member;

/// One step of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    /// The member of that name.
    Member(String),
    /// Each item of the list.
    Each,
}

/// A JSON pointer in which `*` stands for each item of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(Vec<Segment>);

/// A text that is not a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a JSON pointer such as /lines/*/held")]
pub struct MalformedPattern;

impl TryFrom<String> for Pattern {
    type Error = MalformedPattern;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut pointer = String::new();
        for segment in &self.0 {
            match segment {
                Segment::Member(name) => push_member(&mut pointer, name),
                Segment::Each => pointer.push_str("/*"),
            }
        }
        f.write_str(&pointer)
    }
}

impl Pattern {
    /// Parses `/lines/*/held`.
    pub fn parse(text: &str) -> Result<Self, MalformedPattern> {
        let steps = text.strip_prefix('/').ok_or(MalformedPattern)?;
        let segment = |step: &str| match step {
            "" => Err(MalformedPattern),
            "*" => Ok(Segment::Each),
            name => Ok(Segment::Member(name.replace("~1", "/").replace("~0", "~"))),
        };
        Ok(Self(steps.split('/').map(segment).collect::<Result<_, _>>()?))
    }

    /// The steps.
    pub(crate) fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// This pattern followed by `rest`.
    #[must_use]
    pub fn join(&self, rest: &Self) -> Self {
        Self(self.0.iter().chain(&rest.0).cloned().collect())
    }

    /// The name of the first member.
    pub fn first_member(&self) -> Option<&str> {
        match self.0.first() {
            Some(Segment::Member(name)) => Some(name),
            Some(Segment::Each) | None => None,
        }
    }

    /// Every value that the pattern matches under `value`, each with its pointer after `prefix`.
    pub fn matches<'v>(&self, value: &'v Value, prefix: &str) -> Vec<(String, &'v Value)> {
        let mut reached = vec![(prefix.to_owned(), value)];
        for segment in &self.0 {
            let mut next = Vec::with_capacity(reached.len());
            for (pointer, value) in reached {
                match segment {
                    Segment::Member(name) => {
                        if let Some(child) = value.get(name.as_str()) {
                            let mut pointer = pointer;
                            push_member(&mut pointer, name);
                            next.push((pointer, child));
                        }
                    }
                    Segment::Each => {
                        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                        for (index, item) in items.iter().enumerate() {
                            next.push((format!("{pointer}/{index}"), item));
                        }
                    }
                }
            }
            reached = next;
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pattern_matches_each_item() {
        let value = json!({"lines": [{"held": 1}, {}, {"held": 3}], "a/b": {"c": 4}});
        let pointers = |text: &str| {
            let pattern = Pattern::parse(text).unwrap();
            pattern
                .matches(&value, "")
                .into_iter()
                .map(|(pointer, _)| pointer)
                .collect::<Vec<_>>()
        };
        assert_eq!(pointers("/lines/*/held"), ["/lines/0/held", "/lines/2/held"]);
        assert_eq!(pointers("/a~1b/c"), ["/a~1b/c"]);
        assert!(pointers("/none").is_empty() && pointers("/a~1b/*").is_empty());
        assert!(Pattern::parse("lines").is_err() && Pattern::parse("/").is_err());
        assert_eq!(Pattern::parse("/lines/*/held").unwrap().to_string(), "/lines/*/held");
    }
}
