//! Registers (sổ): what a line of a recipient's book says of a request (Decree 152/2026 Art. 7.4).

use serde_json::Value;

use super::agency::Channel;
use super::catalogue::pattern::Pattern;
use super::document::OrderDocument;
use super::document::step::ServiceWay;
use super::request::EnforcementRequest;
use super::time::Timestamp;
use super::workflow::State;

/// The number in a register of a year that `text` stands for: `12`, `012` and `12/2026` are the same line. `None` for a number
/// of another form, which is kept as it is written and not counted on from.
pub fn running_number(text: &str, year: i64) -> Option<i64> {
    const LAST: i64 = 999_999_999;
    let digits = text.strip_suffix(&format!("/{year}")).unwrap_or(text);
    let number: i64 = digits.parse().ok()?;
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    (plain && (1..=LAST).contains(&number)).then_some(number)
}

/// A line of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterEntry {
    /// Số thứ tự, số đến.
    pub registry_number: String,
    /// When it was registered.
    pub registered: Timestamp,
    /// When it arrived; on paper, the time stated when it was served.
    pub received: Timestamp,
    /// How it arrived.
    pub channel: Channel,
    /// How the paper was handed over, if it was.
    pub way: Option<ServiceWay>,
    /// The request's id.
    pub request_id: String,
    /// The kind's code.
    pub kind: String,
    /// The kind's title, Vietnamese.
    pub kind_title: String,
    /// The sender's code.
    pub sender: String,
    /// The sender's name.
    pub sender_name: String,
    /// What stands on the paper; none after its bytes were erased.
    pub paper: Option<Paper>,
    /// The judgment or decision that is enforced, if the order names one.
    pub judgment: Option<Judgment>,
    /// The parties, in the order's sequence, each once.
    pub parties: Vec<RegisterParty>,
    /// The names of what comes with it.
    pub attachments: Vec<String>,
    /// The unit that deals with it; empty if none was named.
    pub unit_name: String,
    /// The officer who deals with it; empty if none was named.
    pub officer_name: String,
    /// Where it stands.
    pub state: State,
    /// The outcome's code; empty before an answer.
    pub outcome: String,
    /// The outcome's title, Vietnamese; empty before an answer.
    pub outcome_title: String,
}

/// The head of a paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Số, ký hiệu.
    pub number: String,
    /// Ngày, `YYYY-MM-DD`.
    pub date: String,
    /// Trích yếu.
    pub subject: String,
}

/// A judgment or decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgment {
    /// Số.
    pub number: String,
    /// Ngày, `YYYY-MM-DD`.
    pub date: String,
    /// The court or body that issued it.
    pub court: String,
}

/// A party of an order (đương sự).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterParty {
    /// Họ và tên, tên tổ chức.
    pub full_name: String,
    /// Địa chỉ; empty if the order does not state it.
    pub address: String,
}

/// What a line takes from the registry and the catalogue: names for codes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The kind's title.
    pub kind_title: String,
    /// The sender's name.
    pub sender: String,
    /// The unit's name.
    pub unit: String,
    /// The officer's name.
    pub officer: String,
    /// The outcome's title.
    pub outcome_title: String,
}

impl RegisterEntry {
    /// The line of a registered request, without what its order says; none if it is not registered.
    pub fn of(request: &EnforcementRequest, way: Option<ServiceWay>, names: Names) -> Option<Self> {
        Some(Self {
            registry_number: request.registry_number.clone()?,
            registered: request.registered_time?,
            received: request.served_time.unwrap_or(request.submit_time),
            channel: request.channel,
            way,
            request_id: request.id.to_string(),
            kind: request.kind.to_string(),
            kind_title: names.kind_title,
            sender: request.sender.to_string(),
            sender_name: names.sender,
            paper: None,
            judgment: None,
            parties: Vec::new(),
            attachments: Vec::new(),
            unit_name: names.unit,
            officer_name: names.officer,
            state: request.state,
            outcome: request.outcome.clone().unwrap_or_default(),
            outcome_title: names.outcome_title,
        })
    }

    /// Adds what the order says; `parties` are the patterns of the order's own kind.
    pub fn read(&mut self, order: &OrderDocument, parties: &[Pattern]) {
        let head = &order.head;
        self.paper = Some(Paper {
            number: head.full_number(),
            date: head.date.to_string(),
            subject: head.subject.as_str().to_owned(),
        });
        self.judgment = order.case.judgment.as_ref().map(|judgment| Judgment {
            number: judgment.number.as_str().to_owned(),
            date: judgment.date.to_string(),
            court: judgment.court.as_str().to_owned(),
        });
        let payload: Value = serde_json::from_str(order.payload.get()).unwrap_or_default();
        self.parties = named_parties(&payload, parties);
        self.attachments = order
            .attachments
            .iter()
            .map(|attachment| attachment.name.as_str().to_owned())
            .collect();
    }

    /// How many bytes of text it has, about.
    pub fn size(&self) -> usize {
        let parties = self
            .parties
            .iter()
            .map(|party| party.full_name.len() + party.address.len() + 8);
        let attachments = self.attachments.iter().map(|name| name.len() + 4);
        parties.chain(attachments).sum::<usize>() + 3_000
    }
}

/// The persons and bodies at `patterns` that have a name, in sequence, each once.
fn named_parties(payload: &Value, patterns: &[Pattern]) -> Vec<RegisterParty> {
    let text = |value: &Value, member: &str| value.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut parties = Vec::new();
    for (_, value) in patterns.iter().flat_map(|pattern| pattern.matches(payload, "")) {
        let party = RegisterParty {
            full_name: text(value, "full_name"),
            address: text(value, "address"),
        };
        if !party.full_name.is_empty() && !parties.contains(&party) {
            parties.push(party);
        }
    }
    parties
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parties_are_read_where_the_kind_says_each_once_and_without_the_nameless() {
        let patterns = ["/creditors/*", "/debtors/*", "/none"].map(|text| Pattern::parse(text).unwrap());
        let payload = json!({
            "creditors": [{"full_name": "A", "address": "X"}, {"address": "Y"}],
            "debtors": [{"full_name": "B"}, {"full_name": "A", "address": "X"}, 7],
        });
        let found = named_parties(&payload, &patterns);
        let found: Vec<_> = found
            .iter()
            .map(|party| (party.full_name.as_str(), party.address.as_str()))
            .collect();
        assert_eq!(found, [("A", "X"), ("B", "")]);
    }

    #[test]
    fn a_number_is_one_line_however_it_is_written() {
        for text in ["12", "012", "12/2026"] {
            assert_eq!(running_number(text, 2026), Some(12), "{text}");
        }
        for text in ["12/2025", "12a", "+12", "0", "", "/2026", "Sổ 3, số 17"] {
            assert_eq!(running_number(text, 2026), None, "{text}");
        }
    }
}
