//! Writing auth.001 and auth.002, in the order of elements that their schemas demand.

use serde_json::Value;

use super::iso20022::{
    AccountAnswer, AccountOrder, Outcome, REQUEST_NAMESPACE, RESPONSE_NAMESPACE, RESULT_NAME, investigation_id,
};
use super::xml_write::XmlWriter;
use super::{Exported, Fault, payload};

/// Writes an order as auth.001.
///
/// # Errors
/// `required` if the payload names no person or no information; `shape`, `control_character`.
pub fn export_order(order: &AccountOrder) -> Result<Exported, Fault> {
    let mut message = Message::begin(REQUEST_NAMESPACE, "InfReqOpng")?;
    message.leaf("InvstgtnId", investigation_id(&order.request_id), 35)?;
    message.xml.open("LglMndtBsis")?;
    message.leaf("Prgrph", &order.mandate, 35)?;
    if !order.legal_basis.is_empty() {
        message.leaf("Dsclmr", &order.legal_basis.join("; "), 350)?;
    }
    message.xml.close()?;
    message
        .xml
        .leaf("CnfdtltySts", if order.confidential { "true" } else { "false" })?;
    if let Some(date) = text(&order.payload, "/requested_due_date") {
        message.xml.open("DueDt")?;
        message.xml.leaf("DueDt", date)?;
        message.xml.close()?;
    }
    message.period(order)?;
    message.criteria(order)?;
    message.xml.open("SplmtryData")?;
    message.xml.open("Envlp")?;
    message.xml.open_with("Order", &[("xmlns", payload::NAMESPACE)])?;
    payload::write(&mut message.xml, "payload", &order.payload, payload::ORDER)?;
    message.finish()
}

/// Writes an answer as auth.002; `order` is what it answers.
///
/// # Errors
/// As [`export_order`].
pub fn export_answer(order: &AccountOrder, answer: &AccountAnswer) -> Result<Exported, Fault> {
    let mut message = Message::begin(RESPONSE_NAMESPACE, "InfReqRspn")?;
    message.leaf("RspnId", &answer.response_id, 35)?;
    message.leaf("InvstgtnId", investigation_id(&order.request_id), 35)?;
    message.xml.leaf("RspnSts", answer.outcome.response_status().as_str())?;
    message.criteria(order)?;
    let nothing = texts(&answer.payload, "/nothing_for");
    for asked in texts(&order.payload, "/requested_information") {
        if let Some(status) = answer.outcome.investigation_status(nothing.contains(&asked)) {
            message.xml.open("RtrInd")?;
            message.request_type("AuthrtyReqTp", asked)?;
            message.xml.open("InvstgtnRslt")?;
            message.xml.leaf("InvstgtnSts", status.as_str())?;
            message.xml.close()?;
            message.xml.close()?;
        }
    }
    message.xml.open("RtrInd")?;
    message.xml.open("AuthrtyReqTp")?;
    message.xml.leaf("MsgNmId", RESULT_NAME)?;
    message.xml.close()?;
    message.xml.open("InvstgtnRslt")?;
    message.xml.open("Rslt")?;
    message.xml.open_with("Answer", &[("xmlns", payload::NAMESPACE)])?;
    message.xml.leaf("outcome", answer.outcome.as_str())?;
    payload::write(&mut message.xml, "reasons", &answer.reasons, payload::REASONS)?;
    payload::write(&mut message.xml, "payload", &answer.payload, payload::ANSWER)?;
    for _ in ["Answer", "Rslt", "InvstgtnRslt"] {
        message.xml.close()?;
    }
    if let Some(words) = words_of(answer) {
        message.leaf("AddtlInf", &words, 500)?;
    }
    message.finish()
}

/// What a person reads first of an answer that is no plain yes or no.
fn words_of(answer: &AccountAnswer) -> Option<String> {
    if answer.outcome == Outcome::Refused {
        let reasons = answer.reasons.as_array()?;
        let words: Vec<&str> = reasons.iter().filter_map(|reason| text(reason, "/text")).collect();
        return (!words.is_empty()).then(|| words.join("; "));
    }
    text(&answer.payload, answer.outcome.told_by()?).map(str::to_owned)
}

/// A message under way, and what it had no room for.
struct Message {
    xml: XmlWriter,
    lost: Vec<String>,
}

impl Message {
    fn begin(namespace: &str, root: &str) -> Result<Self, Fault> {
        let mut xml = XmlWriter::new("")?;
        xml.open_with("Document", &[("xmlns", namespace)])?;
        xml.open(root)?;
        Ok(Self { xml, lost: Vec::new() })
    }

    fn finish(self) -> Result<Exported, Fault> {
        Ok(Exported {
            xml: self.xml.finish()?,
            lost: self.lost,
        })
    }

    /// An element of at most `most` characters; more is cut and told.
    fn leaf(&mut self, name: &str, text: &str, most: usize) -> Result<(), Fault> {
        if text.trim().is_empty() {
            return Err(self.missing(name));
        }
        if text.chars().count() <= most {
            return self.xml.leaf(name, text);
        }
        self.lost
            .push(format!("{}/{name}: cut to {most} characters", self.xml.path()));
        let cut: String = text.chars().take(most).collect();
        self.xml.leaf(name, cut.trim())
    }

    fn missing(&self, name: &str) -> Fault {
        Fault::new(
            format!("{}/{name}", self.xml.path()),
            "required",
            "Thiếu nội dung bắt buộc.",
            "A required content is missing or empty.",
        )
    }

    /// The period of the statement; of the order's own day if none is asked for, since the message must have one.
    fn period(&mut self, order: &AccountOrder) -> Result<(), Fault> {
        self.xml.open("InvstgtnPrd")?;
        if let (Some(from), Some(to)) = (text(&order.payload, "/period/from"), text(&order.payload, "/period/to")) {
            self.xml.open("DtTm")?;
            self.xml.leaf("FrDtTm", from)?;
            self.xml.leaf("ToDtTm", to)?;
        } else {
            let date = order.date.to_string();
            self.xml.open("Dt")?;
            self.xml.leaf("FrDt", &date)?;
            self.xml.leaf("ToDt", &date)?;
        }
        self.xml.close()?;
        self.xml.close()
    }

    /// One named account, or the client.
    fn criteria(&mut self, order: &AccountOrder) -> Result<(), Fault> {
        let asked = texts(&order.payload, "/requested_information");
        if asked.is_empty() {
            return Err(self.missing("SchCrit"));
        }
        self.xml.open("SchCrit")?;
        let accounts = order.payload.pointer("/accounts").and_then(Value::as_array);
        if let Some([account]) = accounts.map(Vec::as_slice) {
            self.xml.open("Acct")?;
            self.account(account, &order.payload)?;
            self.owner_only("InvstgtdPties")?;
            for one in asked {
                self.request_type("AuthrtyReqTp", one)?;
            }
        } else {
            self.xml.open("CstmrId")?;
            self.person("Pty", &order.payload)?;
            for one in asked {
                self.xml.open("AuthrtyReq")?;
                self.request_type("Tp", one)?;
                self.owner_only("InvstgtdRoles")?;
                self.xml.close()?;
            }
        }
        self.xml.close()?;
        self.xml.close()
    }

    fn account(&mut self, account: &Value, order: &Value) -> Result<(), Fault> {
        self.xml.open("Id")?;
        self.xml.open("Id")?;
        self.xml.open("Othr")?;
        self.leaf("Id", text(account, "/number").unwrap_or_default(), 34)?;
        self.xml.close()?;
        self.xml.close()?;
        if let Some(holder) = text(account, "/holder_name") {
            self.leaf("Nm", holder, 70)?;
        }
        self.person("Ownr", order)?;
        self.xml.close()
    }

    fn owner_only(&mut self, name: &str) -> Result<(), Fault> {
        self.xml.open(name)?;
        self.xml.leaf("Cd", "OWNE")?;
        self.xml.close()
    }

    fn request_type(&mut self, name: &str, code: &str) -> Result<(), Fault> {
        self.xml.open(name)?;
        self.leaf("MsgNmId", code, 35)?;
        self.xml.close()
    }

    fn person(&mut self, name: &str, order: &Value) -> Result<(), Fault> {
        let Some(person) = order.pointer("/person") else {
            return Err(self.missing(name));
        };
        self.xml.open(name)?;
        self.leaf("Nm", text(person, "/full_name").unwrap_or_default(), 140)?;
        if let Some(address) = text(person, "/address") {
            self.xml.open("PstlAdr")?;
            self.address(address)?;
            self.xml.close()?;
        }
        let is_organisation = text(person, "/type") == Some("ORGANISATION");
        let identifiers = person.pointer("/identifiers").and_then(Value::as_array);
        let identifiers = identifiers.map(Vec::as_slice).unwrap_or_default();
        // The schema wants the place of birth with its date, which nobody has: the date stands among the identifiers.
        let born = text(person, "/date_of_birth");
        if !identifiers.is_empty() || born.is_some() {
            self.xml.open("Id")?;
            self.xml.open(if is_organisation { "OrgId" } else { "PrvtId" })?;
            for identifier in identifiers {
                let sort = text(identifier, "/type").unwrap_or_default();
                let number = text(identifier, "/number").unwrap_or_default();
                self.identifier(number, scheme(sort, is_organisation), text(identifier, "/issued_by"))?;
            }
            if let Some(born) = born {
                self.identifier(born, Scheme::Own("DATE_OF_BIRTH"), None)?;
            }
            self.xml.close()?;
            self.xml.close()?;
        }
        self.xml.close()
    }

    fn identifier(&mut self, number: &str, scheme: Scheme<'_>, issuer: Option<&str>) -> Result<(), Fault> {
        self.xml.open("Othr")?;
        self.leaf("Id", number, 35)?;
        self.xml.open("SchmeNm")?;
        match scheme {
            Scheme::Code(code) => self.xml.leaf("Cd", code)?,
            Scheme::Own(name) => self.leaf("Prtry", name, 35)?,
        }
        self.xml.close()?;
        if let Some(issuer) = issuer {
            self.leaf("Issr", issuer, 35)?;
        }
        self.xml.close()
    }

    /// Lines of 70 characters, seven at most.
    fn address(&mut self, address: &str) -> Result<(), Fault> {
        let mut lines: Vec<String> = Vec::new();
        for word in address.split_whitespace() {
            match lines.last_mut() {
                Some(line) if line.chars().count() + word.chars().count() < 70 => {
                    line.push(' ');
                    line.push_str(word);
                }
                Some(_) | None => lines.push(word.to_owned()),
            }
        }
        if lines.len() > 7 {
            self.lost.push(format!("{}/AdrLine: cut to 7 lines", self.xml.path()));
        }
        for line in lines.iter().take(7) {
            self.leaf("AdrLine", line, 70)?;
        }
        Ok(())
    }
}

/// The name of a sort of identifier: a code of the standard's external lists, or one of ours.
#[derive(Debug, Clone, Copy)]
enum Scheme<'a> {
    Code(&'static str),
    Own(&'a str),
}

fn scheme(sort: &str, is_organisation: bool) -> Scheme<'_> {
    match (sort, is_organisation) {
        ("CITIZEN_ID", false) => Scheme::Code("NIDN"),
        ("PASSPORT", false) => Scheme::Code("CCPT"),
        ("SOCIAL_INSURANCE", false) => Scheme::Code("SOSE"),
        ("TAX_CODE", _) => Scheme::Code("TXID"),
        ("ENTERPRISE_CODE", true) => Scheme::Code("COID"),
        _ => Scheme::Own(sort),
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

fn texts<'a>(value: &'a Value, pointer: &str) -> Vec<&'a str> {
    let items = value.pointer(pointer).and_then(Value::as_array);
    items.into_iter().flatten().filter_map(Value::as_str).collect()
}
