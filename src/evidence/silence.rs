//! Certificate of silence (xác nhận quá thời hạn không trả lời): that an answer clock of a request passed with no answer, for anyone to
//! check without the hub. It adds no signature: it is all entries of the request up to the one that says OVERDUE, each proved in the first
//! checkpoint that covers them, and what that entry says, of which its leaf holds the digest. So it is always the same bytes, and has one
//! form ([decision 0033](../../docs/decisions/0033-suspensions-sandbox-silence.md), [silence.md](../../docs/silence.md)).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::Digest;
use super::checkpoint::{self, Checkpoint};
use super::digest::RowDigest;
use super::hub_key::HubKey;
use super::leaf::{EntryType, Leaf, leaf_hash};
use super::proof;
use super::published::PublishedKey;
use super::receipt::ReceiptError;

/// The value of the member `schema`.
pub const SCHEMA: &str = "lienthong/silence/1";

/// The longest certificate, bytes.
pub const MAX_BYTES: usize = 2 * 1_024 * 1_024;

/// The action of the entry that says a clock is over.
pub const OVERDUE: &str = "overdue";

/// The actions that answer a request. Registering it, asking back or extending the limit answers nothing.
const ANSWERS: [&str; 4] = ["answer_interim", "answer_final", "record_answer", "send_back"];

/// The action after which an answer is owed anew.
const DISPUTE: &str = "dispute";

/// Clocks of the recipient that a final answer stops as well, though they wait for no answer.
const NO_ANSWER_CLOCKS: [&str; 2] = ["acknowledge", "refuse"];

/// A certificate as it is written to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SilenceFile {
    /// [`SCHEMA`].
    pub schema: String,
    /// The signed checkpoint in which all entries are proved: a C2SP note.
    pub checkpoint: String,
    /// All entries of the request, from its submit to the one that says OVERDUE.
    pub entries: Vec<SilenceEntry>,
    /// Who has acted, as the last entry says; null for nobody.
    pub party: Option<String>,
    /// What the last entry says, JSON, exactly as it stands in the hub.
    pub details: String,
}

/// An entry with what proves its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SilenceEntry {
    /// The exact bytes of its leaf, base64.
    pub leaf: String,
    /// The hashes from the leaf up to the root, base64 each.
    pub inclusion_proof: Vec<String>,
}

/// The answer clock that is over, as the hub entered it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OverClock {
    /// Its name.
    pub name: String,
    /// Which of that name.
    pub occurrence: u32,
    /// Whose duty it is.
    pub obligor: String,
    /// When it was due, microseconds since the Unix epoch.
    #[serde(default)]
    pub due: Option<i64>,
    /// When the act was done.
    #[serde(default)]
    pub stopped: Option<i64>,
    /// The actions that stop it.
    #[serde(default)]
    pub stops_on: Vec<String>,
    /// The article.
    pub basis: String,
}

impl OverClock {
    /// Whether it waits for the recipient's answer.
    fn is_of_an_answer(&self) -> bool {
        self.obligor == "RECIPIENT"
            && self.stops_on.iter().any(|action| action == "answer_final")
            && !NO_ANSWER_CLOCKS.contains(&self.name.as_str())
    }
}

/// What a certificate proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence<'k> {
    /// The log's state that holds the entries.
    pub checkpoint: Checkpoint,
    /// The hub's keys that signed that.
    pub signer: &'k HubKey,
    /// The entries, from the submit to the one that says OVERDUE.
    pub leaves: Vec<Leaf>,
    /// The clock that was over.
    pub clock: OverClock,
}

/// Why a certificate proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SilenceError {
    /// The file is no certificate, or not in its one form.
    #[error("not a certificate of silence in its one form")]
    Malformed,
    /// The checkpoint or the place of an entry is not proved.
    #[error(transparent)]
    Entry(#[from] ReceiptError),
    /// The entries are not all of one request, from its submit to an OVERDUE.
    #[error("the entries are not all of one request, from its submit to an OVERDUE")]
    Gap,
    /// What the last entry is told to say is not what its leaf holds the digest of.
    #[error("what the last entry says is not what the log holds")]
    WrongDetails,
    /// No answer clock in it was over.
    #[error("no answer clock was over and open at the last entry")]
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
            Self::Entry(error) => error.code(),
            Self::Gap => "ENTRIES_MISSING",
            Self::WrongDetails => "DETAILS_WRONG",
            Self::NotOver => "CLOCK_NOT_OVER",
            Self::Answered => "ANSWERED",
        }
    }
}

/// Whether this step answers the request.
pub fn is_answer(action: &str) -> bool {
    ANSWERS.contains(&action)
}

/// Whether after this step an answer is owed anew.
pub fn is_dispute(action: &str) -> bool {
    action == DISPUTE
}

/// The answer clock that an entry of this text says is over at `hub_time`.
///
/// # Errors
/// [`SilenceError::WrongDetails`], [`SilenceError::NotOver`].
pub fn over_clock(details: &str, hub_time: i64) -> Result<OverClock, SilenceError> {
    #[derive(Deserialize)]
    struct Told {
        #[serde(default)]
        deadlines: Vec<OverClock>,
    }
    let told: Told = serde_json::from_str(details).map_err(|_error| SilenceError::WrongDetails)?;
    let is_over = |clock: &OverClock| {
        clock.is_of_an_answer() && clock.stopped.is_none() && clock.due.is_some_and(|due| due < hub_time)
    };
    told.deadlines.into_iter().find(is_over).ok_or(SilenceError::NotOver)
}

impl SilenceFile {
    /// Of the leaves and proofs of all entries of a request, and what the last one says.
    pub fn new(
        checkpoint: String,
        entries: impl IntoIterator<Item = (Vec<u8>, Vec<Digest>)>,
        party: Option<String>,
        details: String,
    ) -> Self {
        let entries = entries.into_iter().map(|(leaf, proof)| SilenceEntry {
            leaf: STANDARD.encode(leaf),
            inclusion_proof: proof.iter().map(|hash| STANDARD.encode(hash)).collect(),
        });
        Self {
            schema: SCHEMA.to_owned(),
            checkpoint,
            entries: entries.collect(),
            party,
            details,
        }
    }

    /// The bytes of the file: its one form. `None`: it cannot be written.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self).ok()?;
        bytes.push(b'\n');
        Some(bytes)
    }

    /// Reads the file. Any other way of writing the same is refused, so that no byte of it can be another.
    ///
    /// # Errors
    /// [`SilenceError::Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, SilenceError> {
        let read = || serde_json::from_slice(bytes).ok();
        let file: Option<Self> = (bytes.len() <= MAX_BYTES).then(read).flatten();
        let is_in_form = |file: &Self| file.schema == SCHEMA && file.bytes().as_deref() == Some(bytes);
        file.filter(is_in_form).ok_or(SilenceError::Malformed)
    }

    /// Checks it against the published keys of the hub.
    ///
    /// # Errors
    /// [`SilenceError`].
    pub fn verify<'k>(&self, trusted: &'k [PublishedKey]) -> Result<Silence<'k>, SilenceError> {
        let (checkpoint, signer) =
            checkpoint::verify_published(&self.checkpoint, trusted).map_err(ReceiptError::from)?;
        let leaves = self
            .entries
            .iter()
            .map(|entry| entry.leaf_in(&checkpoint))
            .collect::<Result<Vec<_>, _>>()?;
        let clock = self.silence(&leaves)?;
        Ok(Silence {
            checkpoint,
            signer,
            leaves,
            clock,
        })
    }

    /// What the leaves, which are known to stand in the log, say together.
    fn silence(&self, leaves: &[Leaf]) -> Result<OverClock, SilenceError> {
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
        let since_dispute = leaves
            .rsplit(|leaf| is_dispute(&leaf.action))
            .next()
            .unwrap_or_default();
        if since_dispute.iter().any(|leaf| is_answer(&leaf.action)) {
            return Err(SilenceError::Answered);
        }
        over_clock(&self.details, last.hub_time)
    }

    /// The digest of the row of the last entry's event, with what the file says of it beside the leaf.
    fn row_digest(&self, leaf: &Leaf) -> Digest {
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

impl SilenceEntry {
    /// Its leaf, if it stands in the tree of the checkpoint.
    fn leaf_in(&self, checkpoint: &Checkpoint) -> Result<Leaf, SilenceError> {
        let decode = |text: &String| {
            STANDARD
                .decode(text)
                .ok()
                .filter(|bytes| STANDARD.encode(bytes) == *text)
        };
        let hash = |text: &String| decode(text)?.try_into().ok();
        let bytes = decode(&self.leaf).ok_or(SilenceError::Malformed)?;
        let proof: Option<Vec<Digest>> = self.inclusion_proof.iter().map(hash).collect();
        let leaf = Leaf::decode(&bytes).map_err(|_malformed| ReceiptError::WrongLeaf)?;
        let tree = &checkpoint.tree;
        let proof = proof.ok_or(SilenceError::Malformed)?;
        proof::verify_inclusion(&leaf_hash(&bytes), leaf.log_index, tree.size, &proof, &tree.root)
            .map_err(ReceiptError::from)?;
        if leaf.hub_time > checkpoint.hub_time {
            return Err(ReceiptError::WrongTime.into());
        }
        Ok(leaf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DETAILS: &str = r#"{"deadlines":[{"name":"answer","occurrence":1,"obligor":"RECIPIENT","due":500,"stops_on":["answer_final"],"basis":"Điều 21.6","status":"RUNNING"}]}"#;

    fn file(details: &str) -> SilenceFile {
        let entry = (vec![1, 2], vec![[3; 32]]);
        SilenceFile::new("hub\n".to_owned(), [entry], Some("HUB".to_owned()), details.to_owned())
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

    fn judged(leaves: &[Leaf], details: &str) -> Result<String, SilenceError> {
        file(details).silence(leaves).map(|clock| clock.name)
    }

    fn said(actions: &[&str]) -> Result<String, SilenceError> {
        judged(&leaves(actions, DETAILS), DETAILS)
    }

    #[test]
    fn silence_is_an_answer_clock_that_is_over_and_no_answer_among_all_entries() {
        let silent = || Ok("answer".to_owned());
        assert_eq!(
            said(&[
                "submit",
                "acknowledge",
                "ask_clarification",
                "clarify",
                "extend",
                "remind",
                "overdue"
            ]),
            silent()
        );
        assert_eq!(
            said(&["submit", "answer_final", "dispute", "overdue"]),
            silent(),
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
    }

    #[test]
    fn a_clock_that_is_not_over_or_waits_for_no_answer_is_none() {
        for (from, to) in [
            (r#""due":500"#, r#""due":500,"stopped":400"#),
            (r#""due":500"#, r#""due":90000"#),
            (r#""due":500,"#, ""),
            ("RECIPIENT", "SENDER"),
            (r#""name":"answer""#, r#""name":"acknowledge""#),
            (r#""name":"answer""#, r#""name":"refuse""#),
            ("answer_final", "report"),
        ] {
            let details = DETAILS.replace(from, to);
            assert_ne!(details, DETAILS);
            let all = leaves(&["submit", "overdue"], &details);
            assert_eq!(judged(&all, &details), Err(SilenceError::NotOver), "{details}");
        }
        let all = leaves(&["submit", "overdue"], "{}");
        assert_eq!(judged(&all, "{}"), Err(SilenceError::NotOver));
    }

    #[test]
    fn an_entry_that_is_left_out_swapped_or_of_another_request_is_noticed() {
        let whole = leaves(&["submit", "acknowledge", "overdue"], DETAILS);
        let changed = |change: fn(&mut Vec<Leaf>)| {
            let mut all = whole.clone();
            change(&mut all);
            judged(&all, DETAILS)
        };
        assert!(changed(|_| ()).is_ok());
        let gaps: [fn(&mut Vec<Leaf>); 8] = [
            Vec::clear,
            |all| drop(all.remove(1)),
            |all| drop(all.remove(0)),
            |all| drop(all.pop()),
            |all| all.swap(0, 1),
            |all| all[1].subject = "req_2".into(),
            |all| all[1].entry_type = EntryType::Case,
            |all| all[1].hub_time = 5_000,
        ];
        for gap in gaps {
            assert_eq!(changed(gap), Err(SilenceError::Gap));
        }
        let other = DETAILS.replace("500", "501");
        assert_eq!(judged(&whole, &other), Err(SilenceError::WrongDetails));
    }

    #[test]
    fn a_file_has_one_form() {
        let file = file(DETAILS);
        let bytes = file.bytes().unwrap();
        assert_eq!(SilenceFile::read(&bytes), Ok(file));
        let text = String::from_utf8(bytes).unwrap();
        for changed in [
            text.trim_end().to_owned(),
            text.replace("silence/1", "silence/2"),
            text.replace("  \"party\": \"HUB\"", "  \"party\":\"HUB\""),
            text.replace("\"HUB\"", "\"H\\u0055B\""),
            text.replace("\"entries\"", "\"more\": 1, \"entries\""),
        ] {
            assert_ne!(changed, text);
            assert_eq!(
                SilenceFile::read(changed.as_bytes()),
                Err(SilenceError::Malformed),
                "{changed}"
            );
        }
        let endless = vec![b' '; MAX_BYTES + 1];
        assert_eq!(SilenceFile::read(&endless), Err(SilenceError::Malformed));
    }
}
