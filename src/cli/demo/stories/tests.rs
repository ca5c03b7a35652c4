//! Every story is sound before it is played: its names, its words, and each document against its kind, on any day.

use std::collections::BTreeMap;

use super::document::{Maker, Speaker};
use super::facts::{Facts, Known};
use super::file::{Act, Answer, Refused, Send, StoryFile, names};
use crate::cli::demo::cast::{Cast, CastAgency};
use crate::domain::catalogue::{Catalogue, Kind};
use crate::domain::document::{
    self, AnswerDocument, ClarifyDocument, Document, OrderDocument, ReportDocument, SendBackDocument, WithdrawDocument,
};
use crate::domain::error::FieldViolation;
use crate::domain::text::is_nfc;
use crate::domain::time::Timestamp;
use lienthong_proto::v1;

/// Days on which a story may be told: an ordinary one, a weekend, Tết, the last of February, New Year's Eve and New Year.
const DAYS: [&str; 7] = [
    "2026-11-30",
    "2026-11-21",
    "2026-11-22",
    "2027-02-06",
    "2028-02-29",
    "2026-12-31",
    "2027-01-01",
];
const ID: &str = "req_019aa9c0a1007000800000000000abcd";
const DAY: i64 = 86_400_000_000;

fn read<D: Document>(text: &str) -> D {
    document::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error:?}\n{text}"))
}

/// A story as it goes on without a hub: each request is sent, each clock is due on the next day.
struct Rehearsal {
    catalogue: std::sync::Arc<Catalogue>,
    cast: Cast,
    story: StoryFile,
    facts: Facts,
}

impl Rehearsal {
    fn new(name: &str, day: &str) -> Self {
        let start = Timestamp::parse_rfc3339(&format!("{day}T09:30:00+07:00")).unwrap();
        let cast = Cast::whole();
        let story = StoryFile::read(name).unwrap();
        let code = |name: &String| cast.agency(name).map(|agency| (name.clone(), agency.code.clone()));
        let codes = story
            .cast
            .iter()
            .map(|name| code(name).unwrap_or_else(|| panic!("{name} is in no cast")));
        Self {
            catalogue: Catalogue::embedded().unwrap(),
            facts: Facts {
                start,
                now: start,
                codes: codes.collect(),
                requests: BTreeMap::new(),
            },
            cast,
            story,
        }
    }

    fn agency(&self, name: &str) -> &CastAgency {
        assert!(self.facts.codes.contains_key(name), "{name} does not play");
        self.cast.agency(name).unwrap()
    }

    fn maker(&self) -> Maker<'_> {
        Maker {
            catalogue: &self.catalogue,
            story: &self.story,
            facts: &self.facts,
        }
    }

    fn speaker(&self, name: &str) -> Speaker<'_> {
        Speaker {
            agency: self.agency(name),
            key: "key-00001",
        }
    }

    fn kind(&self, code: &str) -> std::sync::Arc<Kind> {
        self.maker().kind(code).unwrap()
    }

    fn request(&self, name: &str) -> &Known {
        let known = self.facts.requests.get(name);
        known.unwrap_or_else(|| panic!("nothing called {name} was sent"))
    }

    fn sent(&mut self, name: String, kind: &str, document: String) {
        let due = self.facts.now.plus_micros(DAY);
        let clocks = self.kind(kind);
        let clocks = clocks.definition.deadlines.iter();
        let known = Known {
            id: ID.to_owned(),
            kind: kind.to_owned(),
            document,
            sent: self.facts.now,
            dues: clocks.map(|clock| (clock.name.clone(), due)).collect(),
        };
        self.facts.requests.insert(name, known);
    }

    fn perform(&mut self, act: &Act) {
        match act {
            Act::Send(asked) => self.send(asked),
            Act::Receive { by, request }
            | Act::Deadlines { by, request, .. }
            | Act::Blind { by, request }
            | Act::Close { by, request, .. }
            | Act::Certify { by, request, .. } => {
                self.agency(by);
                self.request(request);
            }
            Act::Answer(said) => self.answer(said),
            Act::Report(said) => self.report(said),
            Act::Ask { by, request, question } => {
                self.agency(by);
                self.request(request);
                assert!(is_nfc(question), "{question}");
            }
            Act::Clarify { by, request, text } => {
                let own = serde_json::json!({ "text": text });
                read::<ClarifyDocument>(&self.small("clarify", by, request, own));
            }
            Act::SendBack {
                by,
                request,
                reason,
                text,
                competent,
            } => {
                let own = serde_json::json!({ "reason": { "code": reason, "text": text } });
                let document: SendBackDocument = read(&self.small("send-back", by, request, own));
                let kind = self.kind(&self.request(request).kind);
                assert_eq!(kind.check_send_back(&document).err(), None);
                if let Some(name) = competent {
                    self.agency(name);
                }
            }
            Act::Withdraw {
                by,
                request,
                explanation,
                ..
            } => {
                let own = serde_json::json!({ "explanation": explanation });
                read::<WithdrawDocument>(&self.small("withdraw", by, request, own));
            }
            Act::Copy { by, of, name } => {
                self.agency(by);
                let first = self
                    .facts
                    .requests
                    .iter()
                    .find(|(known, _)| known.split('@').next() == Some(of));
                let document = first
                    .unwrap_or_else(|| panic!("nothing called {of} was sent"))
                    .1
                    .document
                    .clone();
                self.sent(name.clone(), "decision-copy", document);
            }
            Act::Expect(expected) => {
                self.agency(&expected.by);
                let kind = self.kind(&self.request(&expected.request).kind);
                let known = |name: &str| {
                    kind.definition
                        .outcomes
                        .iter()
                        .any(|outcome| outcome.code.as_str() == name)
                };
                assert!(expected.outcome.iter().all(|outcome| known(outcome)), "{expected:?}");
                let state = |name: &String| v1::State::from_str_name(&format!("STATE_{name}")).is_some();
                assert!(expected.state.iter().all(state), "{expected:?}");
                for (clock, status) in &expected.clocks {
                    assert!(
                        kind.definition
                            .deadlines
                            .iter()
                            .any(|known| known.name.as_str() == clock)
                    );
                    assert!(v1::DeadlineStatus::from_str_name(&format!("DEADLINE_STATUS_{status}")).is_some());
                }
            }
            Act::Advance { to, days, minutes } => {
                let from = to.as_ref().map_or(self.facts.now, |due| {
                    self.agency(&due.by);
                    self.request(&due.request).dues[&due.clock]
                });
                let plus = i64::from(*days) * DAY + i64::from(*minutes) * 60_000_000;
                self.facts.now = from.plus_micros(plus).max(self.facts.now);
            }
            Act::Told {
                by,
                request,
                clock,
                notice,
            } => {
                self.agency(by);
                assert!(self.request(request).dues.contains_key(clock), "{clock}");
                assert!(v1::NoticeTell::from_str_name(&format!("NOTICE_TELL_{notice}")).is_some());
            }
            Act::Confirm { by, request, addressee } => {
                self.agency(by);
                self.agency(addressee);
                self.request(request);
            }
        }
    }

    fn small(&self, name: &str, by: &str, request: &str, own: serde_json::Value) -> String {
        let known = self.request(request);
        self.maker().small(name, self.speaker(by), known, own).unwrap()
    }

    fn send(&mut self, asked: &Send) {
        let text = self.maker().order(self.speaker(&asked.by), asked).unwrap();
        let order: OrderDocument = read(&text);
        let kind = self.kind(&asked.kind);
        let definition = &kind.definition;
        held(kind.check_order(&order).err(), asked.refused.as_ref(), &text);
        let role = |name: &str| self.agency(name).role.parse().unwrap();
        assert!(definition.sender_roles.contains(&role(&asked.by)), "{}", asked.by);
        if asked.refused.is_some() {
            return;
        }
        assert!(!asked.name.is_empty() && !self.facts.requests.contains_key(&asked.name));
        for (relation, name) in &asked.cites {
            let cited = &self.request(name).kind;
            let fits = |known: &crate::domain::catalogue::definition::RelationDefinition| {
                known.r#type.as_str() == relation && known.kinds.iter().any(|kind| kind.as_str() == cited)
            };
            assert!(definition.relations.iter().any(fits), "{relation} {cited}");
        }
        let receives = |name: &String| definition.recipient_roles.contains(&role(name));
        assert!(asked.to.iter().all(receives), "{:?}", asked.to);
        for recipient in &asked.to {
            let name = match asked.to.len() {
                1 => asked.name.clone(),
                _ => format!("{}@{recipient}", asked.name),
            };
            self.sent(name, &asked.kind, text.clone());
        }
    }

    fn answer(&self, said: &Answer) {
        let known = self.request(&said.request);
        let text = self.maker().answer(self.speaker(&said.by), known, said).unwrap();
        let answer: AnswerDocument = read(&text);
        let order: OrderDocument = read(&known.document);
        let found = self.kind(&known.kind).check_answer(&order, &answer).err();
        held(found, said.refused.as_ref(), &text);
    }

    fn report(&self, said: &Answer) {
        let known = self.request(&said.request);
        let text = self.maker().report(self.speaker(&said.by), known, said).unwrap();
        let report: ReportDocument = read(&text);
        let order: OrderDocument = read(&known.document);
        let found = self.kind(&known.kind).check_report(&order, &report).err();
        held(found, said.refused.as_ref(), &text);
    }
}

/// A document fits its kind, unless it is to be refused for what it says.
fn held(found: Option<Vec<FieldViolation>>, refused: Option<&Refused>, text: &str) {
    let wrong: Vec<String> = found.into_iter().flatten().map(|found| found.field).collect();
    match refused {
        Some(refused) if refused.code == "DOCUMENT_INVALID" => {
            let field = refused.field.as_deref().unwrap_or_default();
            assert_eq!(wrong, [field], "{text}");
        }
        _ => assert!(wrong.is_empty(), "{wrong:?}\n{text}"),
    }
}

#[test]
fn every_document_of_every_story_fits_its_kind_on_any_day() {
    for name in names() {
        for day in DAYS {
            let mut rehearsal = Rehearsal::new(name, day);
            for step in rehearsal.story.steps.clone() {
                rehearsal.facts.filled(&step.vi).unwrap();
                for act in &step.acts {
                    rehearsal.perform(act);
                }
            }
        }
    }
}

#[test]
fn every_story_is_told_in_both_languages_refuses_once_and_shows_deadlines() {
    let cast = Cast::whole();
    assert_eq!(
        names(),
        [
            "court-to-bank",
            "debtor-publication",
            "directive-and-report",
            "entrustment",
            "land-sale-and-title",
            "police-coercion",
            "procuracy-protest",
            "silent-bank"
        ]
    );
    for name in names() {
        let story = StoryFile::read(name).unwrap();
        let words = [(&story.title.vi, &story.title.en), (&story.about.vi, &story.about.en)];
        let steps = story.steps.iter().map(|step| (&step.vi, &step.en));
        for (vi, en) in words.into_iter().chain(steps) {
            assert!(
                !vi.trim().is_empty() && !en.trim().is_empty() && vi != en && is_nfc(vi),
                "{vi} {en}"
            );
        }
        assert!((7..20).contains(&story.steps.len()), "{name}");
        let acts = || story.steps.iter().flat_map(|step| &step.acts);
        let refuses = |act: &Act| {
            matches!(act, Act::Send(Send { refused: Some(_), .. }))
                || matches!(act, Act::Answer(Answer { refused: Some(_), .. }))
        };
        assert!(acts().any(refuses), "{name} refuses nothing");
        assert!(
            acts().any(|act| matches!(act, Act::Deadlines { .. })),
            "{name} shows no deadline"
        );
        let mut entered = Vec::new();
        for certificate in &story.cast {
            let agency = cast.agency(certificate).unwrap_or_else(|| panic!("{certificate}"));
            let parent = &agency.parent_code;
            assert!(
                parent.is_empty() || entered.contains(parent),
                "{certificate} before its superior"
            );
            let is_colleague = entered.contains(&agency.code);
            assert!(
                is_colleague || !certificate.ends_with("-head"),
                "{certificate} before its agency"
            );
            entered.push(agency.code.clone());
        }
    }
}

#[test]
fn a_story_with_an_unknown_member_is_not_read() {
    let text = std::fs::read_to_string("catalogue/demo/stories/silent-bank.toml").unwrap();
    assert!(toml::from_str::<StoryFile>(&text).is_ok());
    let wrong = text.replacen("why = true", "whi = true", 1);
    assert!(toml::from_str::<StoryFile>(&wrong).is_err());
}
