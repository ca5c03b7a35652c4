//! Certificate of silence (xác nhận quá thời hạn không trả lời): that a clock of a request passed with no answer, for anyone to check without
//! the hub. It adds no signature: it is the receipts of all entries of the request up to the one that says OVERDUE, and what that entry says, of
//! which its leaf holds the digest. So it is always the same bytes
//! ([decision 0033](../../docs/decisions/0033-suspensions-sandbox-silence.md)).

use serde::{Deserialize, Serialize};

use super::digest::RowDigest;
use super::leaf::{EntryType, Leaf};
use super::published::PublishedKey;
use super::receipt::{Proved, Receipt, ReceiptError, ReceiptFile};

/// The value of the member `schema`.
pub const SCHEMA: &str = "lienthong/silence/1";

/// The longest certificate, bytes.
pub const MAX_BYTES: usize = 4 * 1_024 * 1_024;

/// The action of the entry that says a clock is over.
pub const OVERDUE: &str = "overdue";

/// The actions that answer a request.
const ANSWERS: [&str; 4] = ["answer_interim", "answer_final", "record_answer", "send_back"];

/// The action after which an answer is owed anew.
const DISPUTE: &str = "dispute";

/// A certificate as it is written to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SilenceFile {
    /// [`SCHEMA`].
    pub schema: String,
    /// The receipts of all entries of the request, from its submit to the one that says OVERDUE.
    pub entries: Vec<ReceiptFile>,
    /// Who the last entry says has acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// What the last entry says, JSON, exactly as it stands in the hub.
    pub details: String,
}

/// The clock that is over, as the hub entered it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OverClock {
    /// Its name.
    pub name: String,
    /// Which of that name.
    pub occurrence: u32,
    /// When it was due, microseconds since the Unix epoch.
    #[serde(default)]
    pub due: Option<i64>,
    /// When the act was done.
    #[serde(default)]
    pub stopped: Option<i64>,
    /// The article.
    pub basis: String,
}

/// What a certificate proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence<'k> {
    /// The entries, from the submit to the one that says OVERDUE, each with the checkpoint that holds it.
    pub entries: Vec<Proved<'k>>,
    /// The clocks that were over.
    pub clocks: Vec<OverClock>,
}

/// Why a certificate proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SilenceError {
    /// The file is no certificate.
    #[error("not a certificate of silence")]
    Malformed,
    /// One of its receipts proves nothing.
    #[error("the receipt of entry {0} of the request: {1}")]
    Receipt(usize, #[source] ReceiptError),
    /// The receipts are not those of all entries of one request, from its submit to an OVERDUE.
    #[error("the entries are not all of one request, from its submit to an OVERDUE")]
    Gap,
    /// What the last entry is told to say is not what its leaf holds the digest of.
    #[error("what the last entry says is not what the log holds")]
    WrongDetails,
    /// No clock in it was over.
    #[error("no clock was over and open at the last entry")]
    NotOver,
    /// One of the entries is an answer that nobody disputed.
    #[error("the request was answered")]
    Answered,
}

impl SilenceError {
    /// A stable word for machines.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "SILENCE_MALFORMED",
            Self::Receipt(_, error) => error.code(),
            Self::Gap => "ENTRIES_MISSING",
            Self::WrongDetails => "DETAILS_WRONG",
            Self::NotOver => "CLOCK_NOT_OVER",
            Self::Answered => "ANSWERED",
        }
    }
}

#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    deadlines: Vec<OverClock>,
}

impl SilenceFile {
    /// Of the receipts of all entries of a request and what the last one says.
    pub fn new(entries: Vec<ReceiptFile>, party: Option<String>, details: String) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            entries,
            party,
            details,
        }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`SilenceError::Malformed`].
    pub fn read(json: &[u8]) -> Result<Self, SilenceError> {
        let read = || serde_json::from_slice(json).ok();
        let file: Option<Self> = (json.len() <= MAX_BYTES).then(read).flatten();
        file.filter(|file| file.schema == SCHEMA).ok_or(SilenceError::Malformed)
    }

    /// Checks it against the published keys of the hub.
    ///
    /// # Errors
    /// [`SilenceError`].
    pub fn verify<'k>(&self, trusted: &'k [PublishedKey]) -> Result<Silence<'k>, SilenceError> {
        let mut entries = Vec::with_capacity(self.entries.len());
        for (number, file) in self.entries.iter().enumerate() {
            let wrong = |error| SilenceError::Receipt(number, error);
            let json = serde_json::to_vec(file).map_err(|_error| SilenceError::Malformed)?;
            let receipt = Receipt::read(&json).map_err(wrong)?;
            entries.push(receipt.verify(trusted).map_err(wrong)?);
        }
        let leaves: Vec<&Leaf> = entries.iter().map(|entry| &entry.leaf).collect();
        let clocks = self.silence(&leaves)?;
        Ok(Silence { entries, clocks })
    }

    /// What the leaves, which are known to stand in the log, say together.
    fn silence(&self, leaves: &[&Leaf]) -> Result<Vec<OverClock>, SilenceError> {
        let (Some(first), Some(last)) = (leaves.first(), leaves.last()) else {
            return Err(SilenceError::Gap);
        };
        let is_whole = (1_i64..).zip(leaves).all(|(version, leaf)| {
            leaf.entry_type == EntryType::Request && leaf.subject == first.subject && leaf.version == version
        });
        let in_order = leaves.windows(2).all(|pair| match pair {
            [one, next] => one.log_index < next.log_index && one.hub_time <= next.hub_time,
            _ => true,
        });
        if !is_whole || !in_order || first.action != "submit" || last.action != OVERDUE {
            return Err(SilenceError::Gap);
        }
        if self.row_digest(last) != last.row_digest {
            return Err(SilenceError::WrongDetails);
        }
        let since_dispute = leaves.rsplit(|leaf| leaf.action == DISPUTE).next().unwrap_or_default();
        if since_dispute.iter().any(|leaf| ANSWERS.contains(&leaf.action.as_str())) {
            return Err(SilenceError::Answered);
        }
        let told: Told = serde_json::from_str(&self.details).map_err(|_error| SilenceError::WrongDetails)?;
        let is_over = |clock: &OverClock| clock.stopped.is_none() && clock.due.is_some_and(|due| due < last.hub_time);
        let over: Vec<OverClock> = told.deadlines.into_iter().filter(is_over).collect();
        if over.is_empty() {
            return Err(SilenceError::NotOver);
        }
        Ok(over)
    }

    /// The digest of the row of the last entry's event, with what the file says of it beside the leaf.
    fn row_digest(&self, leaf: &Leaf) -> super::Digest {
        let optional = |text: &'_ String| Some(text.clone()).filter(|text| !text.is_empty());
        let mut digest = RowDigest::default();
        digest.integer(i64::try_from(leaf.log_index).unwrap_or(i64::MAX));
        digest.integer(leaf.entry_type.code().into());
        digest.text(Some(&leaf.subject));
        digest.integer(leaf.version);
        digest.text(Some(&leaf.action));
        digest.text(optional(&leaf.from_state).as_deref());
        digest.text(optional(&leaf.to_state).as_deref());
        digest.text(Some(&leaf.agency));
        digest.text(Some(&leaf.officer));
        digest.text(self.party.as_deref());
        digest.text(optional(&leaf.counterparty).as_deref());
        digest.integer(leaf.hub_time);
        digest.text(Some(&self.details));
        digest.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DETAILS: &str =
        r#"{"deadlines":[{"name":"answer","occurrence":1,"due":500,"basis":"Điều 21.6","status":"RUNNING"}]}"#;

    fn file(details: &str) -> SilenceFile {
        SilenceFile::new(Vec::new(), Some("HUB".to_owned()), details.to_owned())
    }

    /// A request with these steps, the last of which says `details`.
    fn leaves(actions: &[&str], details: &str) -> Vec<Leaf> {
        let numbered = (1_i64..).zip(actions);
        let mut leaves: Vec<Leaf> = numbered
            .map(|(version, action)| Leaf {
                entry_type: EntryType::Request,
                log_index: u64::try_from(version).unwrap() * 10,
                hub_time: version * 1_000,
                version,
                subject: "req_1".into(),
                action: (*action).into(),
                from_state: String::new(),
                to_state: "SUBMITTED".into(),
                agency: "HUB".into(),
                officer: "hub".into(),
                counterparty: String::new(),
                content_digest: [0; 32],
                row_digest: [0; 32],
            })
            .collect();
        if let Some(last) = leaves.last_mut() {
            last.row_digest = file(details).row_digest(last);
        }
        leaves
    }

    fn judged(leaves: &[Leaf], details: &str) -> Result<usize, SilenceError> {
        let leaves: Vec<&Leaf> = leaves.iter().collect();
        file(details).silence(&leaves).map(|clocks| clocks.len())
    }

    fn said(actions: &[&str]) -> Result<usize, SilenceError> {
        judged(&leaves(actions, DETAILS), DETAILS)
    }

    #[test]
    fn silence_is_a_clock_that_is_over_and_no_answer_among_all_entries() {
        assert_eq!(said(&["submit", "acknowledge", "assign", "remind", "overdue"]), Ok(1));
        assert_eq!(
            said(&["submit", "answer_final", "dispute", "overdue"]),
            Ok(1),
            "owed anew"
        );
        for answer in ANSWERS {
            assert_eq!(
                said(&["submit", answer, "overdue"]),
                Err(SilenceError::Answered),
                "{answer}"
            );
        }
        assert_eq!(
            said(&["submit", "dispute", "answer_final", "overdue"]),
            Err(SilenceError::Answered)
        );
        for details in [
            "{}",
            r#"{"deadlines":[{"name":"answer","occurrence":1,"due":500,"stopped":400,"basis":"x"}]}"#,
            r#"{"deadlines":[{"name":"answer","occurrence":1,"due":90000,"basis":"x"}]}"#,
            r#"{"deadlines":[{"name":"answer","occurrence":1,"basis":"x"}]}"#,
        ] {
            let all = leaves(&["submit", "overdue"], details);
            assert_eq!(judged(&all, details), Err(SilenceError::NotOver), "{details}");
        }
    }

    #[test]
    fn an_entry_that_is_left_out_swapped_or_of_another_request_is_noticed() {
        let whole = leaves(&["submit", "acknowledge", "overdue"], DETAILS);
        let changed = |change: fn(&mut Vec<Leaf>)| {
            let mut all = whole.clone();
            change(&mut all);
            judged(&all, DETAILS)
        };
        assert_eq!(changed(|_| ()), Ok(1));
        let gaps: [fn(&mut Vec<Leaf>); 6] = [
            |all| all.clear(),
            |all| drop(all.remove(1)),
            |all| drop(all.remove(0)),
            |all| drop(all.pop()),
            |all| all.swap(0, 1),
            |all| all[1].subject = "req_2".into(),
        ];
        for gap in gaps {
            assert_eq!(changed(gap), Err(SilenceError::Gap));
        }
        let other = DETAILS.replace("500", "501");
        assert_eq!(judged(&whole, &other), Err(SilenceError::WrongDetails));
    }

    #[test]
    fn a_file_is_read_back_and_a_later_form_is_refused() {
        let file = file(DETAILS);
        let json = serde_json::to_value(&file).unwrap();
        assert_eq!(SilenceFile::read(json.to_string().as_bytes()), Ok(file));
        for (member, value) in [("schema", "lienthong/silence/2"), ("more", "x")] {
            let mut changed = json.clone();
            changed[member] = value.into();
            let read = SilenceFile::read(changed.to_string().as_bytes());
            assert_eq!(read, Err(SilenceError::Malformed), "{member}");
        }
    }
}
