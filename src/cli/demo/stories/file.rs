//! A story as it is written: `catalogue/demo/stories/<name>.toml`, with what they all share in `catalogue/demo/shared.toml`.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use serde::Deserialize;
use serde_json::Value;

static STORIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/catalogue/demo/stories");
static SHARED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/catalogue/demo/shared.toml"));

/// One story.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoryFile {
    /// What it is called.
    pub(super) title: Words,
    /// What it shows, in a sentence.
    pub(super) about: Words,
    /// Who plays, by the names of their certificates; an agency before its other officers.
    pub(super) cast: Vec<String>,
    /// What stands in the catalogue's examples, and what stands for it in this story.
    #[serde(default)]
    pub(super) replace: BTreeMap<String, String>,
    /// What happens.
    #[serde(rename = "step")]
    pub(super) steps: Vec<Step>,
}

/// A sentence in both languages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    /// Vietnamese.
    pub(super) vi: String,
    /// English.
    pub(super) en: String,
}

/// What all stories share.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shared {
    replace: BTreeMap<String, String>,
}

/// A step: what is told of it, and what is done.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    /// Vietnamese.
    pub(super) vi: String,
    /// English.
    pub(super) en: String,
    /// One after the other.
    #[serde(rename = "act")]
    pub(super) acts: Vec<Act>,
}

/// Something that one of the cast does, or that must hold. Requests go by the name under which they were sent; one of
/// several recipients' is `NAME@CERTIFICATE`.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Act {
    /// An order, made of its kind's example.
    Send(Send),
    /// The recipient reads it in its mailbox, byte for byte, and enters it in its book.
    Receive { by: String, request: String },
    /// An answer, made of the kind's example for the outcome.
    Answer(Answer),
    /// The same as a report after the answer.
    Report(Answer),
    /// The recipient asks what is unclear.
    Ask {
        by: String,
        request: String,
        question: String,
    },
    /// The sender makes it clear.
    Clarify { by: String, request: String, text: String },
    /// The recipient returns it.
    SendBack {
        by: String,
        request: String,
        /// From the kind's list.
        reason: String,
        text: String,
        /// Who is competent, from the cast.
        #[serde(default)]
        competent: Option<String>,
    },
    /// The sender wants it back.
    Withdraw {
        by: String,
        request: String,
        explanation: String,
        #[serde(default)]
        refused: Option<Refused>,
    },
    /// The sender is done with it.
    Close {
        by: String,
        request: String,
        #[serde(default)]
        refused: Option<Refused>,
    },
    /// The copy that the hub made for the procuracy; it has a name from then on.
    Copy {
        by: String,
        of: String,
        #[serde(rename = "as")]
        name: String,
    },
    /// Its deadlines are shown, each with its article.
    Deadlines {
        by: String,
        request: String,
        /// Each day counted, too.
        #[serde(default)]
        why: bool,
    },
    /// How it stands.
    Expect(Expect),
    /// Who is no party sees nothing of it.
    Blind { by: String, request: String },
    /// The clock of the sandbox goes to the due time of a request's clock, or on from where it is, by this many days.
    Advance {
        #[serde(default)]
        to: Option<Due>,
        #[serde(default)]
        days: i32,
        #[serde(default)]
        minutes: i32,
    },
    /// The hub tells it of a clock.
    Told {
        by: String,
        request: String,
        clock: String,
        /// `REMIND`, `OVERDUE`, `HEAD_OF_UNIT`, `SUPERIOR`, `DRAFT`.
        notice: String,
    },
    /// The head confirms the notice to an agency above, which the hub drafted; it arrives there.
    Confirm {
        by: String,
        request: String,
        addressee: String,
    },
    /// The certificate that nobody answered in time, verified without the hub.
    Certify {
        by: String,
        request: String,
        #[serde(default)]
        refused: Option<Refused>,
    },
}

/// See [`Act::Send`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Send {
    pub(super) by: String,
    pub(super) kind: String,
    pub(super) to: Vec<String>,
    /// Its name from then on. One that is refused needs none.
    #[serde(rename = "as", default)]
    pub(super) name: String,
    /// Earlier requests, by the relation.
    #[serde(default)]
    pub(super) cites: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) set: BTreeMap<String, Value>,
    #[serde(default)]
    pub(super) remove: Vec<String>,
    #[serde(default)]
    pub(super) refused: Option<Refused>,
}

/// See [`Act::Answer`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) by: String,
    pub(super) request: String,
    pub(super) outcome: String,
    #[serde(default)]
    pub(super) set: BTreeMap<String, Value>,
    #[serde(default)]
    pub(super) remove: Vec<String>,
    #[serde(default)]
    pub(super) refused: Option<Refused>,
}

/// See [`Act::Expect`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expect {
    pub(super) by: String,
    pub(super) request: String,
    #[serde(default)]
    pub(super) state: Option<String>,
    #[serde(default)]
    pub(super) outcome: Option<String>,
    /// How its clocks stand, by their names.
    #[serde(default)]
    pub(super) clocks: BTreeMap<String, String>,
    /// Whether its measure is in force.
    #[serde(default)]
    pub(super) in_force: Option<bool>,
}

/// A refusal that teaches: the hub's stable code, the field that it names, and a word of what it says there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refused {
    pub(super) code: String,
    #[serde(default)]
    pub(super) field: Option<String>,
    #[serde(default)]
    pub(super) says: Option<String>,
}

/// When a request is due.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Due {
    pub(super) by: String,
    pub(super) request: String,
    pub(super) clock: String,
}

/// The names of all stories, in the order of the alphabet.
pub(super) fn names() -> Vec<&'static str> {
    let files = STORIES.files().filter_map(|file| file.path().file_stem());
    let mut names: Vec<&str> = files.filter_map(std::ffi::OsStr::to_str).collect();
    names.sort_unstable();
    names
}

impl StoryFile {
    /// The story called `name`; why not, if it cannot be read.
    pub(super) fn read(name: &str) -> Result<Self, String> {
        let file = STORIES.get_file(format!("{name}.toml"));
        let text = file.and_then(include_dir::File::contents_utf8);
        let text = text.ok_or_else(|| format!("no story {name}"))?;
        let shared: Shared = toml::from_str(SHARED).map_err(|error| error.to_string())?;
        let mut story: Self = toml::from_str(text).map_err(|error| format!("{name}: {error}"))?;
        for (from, to) in shared.replace {
            story.replace.entry(from).or_insert(to);
        }
        Ok(story)
    }
}
