//! What the cast does: sending, reading, answering, and what is refused.

use std::collections::BTreeMap;

use lienthong_proto::v1;
use serde_json::json;
use tonic::{Response, Status};

use super::facts::Known;
use super::file::{Answer, Refused, Send};
use super::stage::Stage;
use crate::cli::demo::outcome::{NotHeld, Outcome, Stop, check, needed, present};
use crate::cli::demo::partner::check_entry;
use crate::cli::demo::tell::event;
use crate::client::call::Refusal;

impl Stage<'_> {
    pub(super) async fn send(&mut self, asked: &Send) -> Outcome<()> {
        let document = self.document(&asked.by, |maker, speaker| maker.order(speaker, asked))?;
        let (vi, en) = self.title(&asked.kind)?;
        if let Some(expected) = &asked.refused {
            let answer = self.partner(&asked.by)?.submit(&document).await;
            return self.is_refused(answer, expected);
        }
        let order = self
            .partner(&asked.by)?
            .send_document(document.clone(), asked.to.len())
            .await?;
        let mut to_vi = Vec::new();
        let mut to_en = Vec::new();
        for (index, recipient) in asked.to.iter().enumerate() {
            let name = if asked.to.len() == 1 {
                asked.name.clone()
            } else {
                format!("{}@{recipient}", asked.name)
            };
            let known = Known {
                id: order.id(index)?,
                kind: asked.kind.clone(),
                document: document.clone(),
                sent: self.facts.now,
                dues: BTreeMap::new(),
            };
            self.comes_to_know(&asked.by, name, known).await?;
            let agency = &self.partner(recipient)?.agency;
            to_vi.push(agency.short.clone());
            to_en.push(agency.short_en.clone());
        }
        self.orders.insert(asked.name.clone(), order);
        self.says(
            &asked.by,
            &format!("đã ký số và gửi “{vi}” đến {}.", to_vi.join(", ")),
            &format!("signed and sent to {}: {en}.", to_en.join(", ")),
        )
    }

    pub(super) async fn receive(&mut self, by: &str, request: &str) -> Outcome<()> {
        let known = self.facts.request(request)?.clone();
        self.reads(by, &known).await?;
        let envelope = self.partner(by)?.registers(&known.id).await?;
        self.looks_at_clocks(by, request, &known.id).await?;
        self.says(
            by,
            &format!("đã nhận, khớp từng byte; đã vào sổ, số {}.", envelope.registry_number),
            &format!(
                "received byte for byte and entered in the book, number {}.",
                envelope.registry_number
            ),
        )
    }

    /// Finds its submit in the mailbox of `by` and holds its bytes against what was sent.
    async fn reads(&mut self, by: &str, known: &Known) -> Outcome<()> {
        let mut mail = std::mem::take(&mut self.mail);
        let is_submit =
            |entry: &v1::MailboxEntry| entry.enforcement_request_id == known.id && entry.action() == v1::Action::Submit;
        let entry = mail.take(self.partner(by)?, is_submit).await;
        self.mail = mail;
        let entry = present(entry?, "the order stands in the recipient's mailbox")?;
        check_entry(&entry, &known.document)
    }

    pub(super) async fn answer(&mut self, said: &Answer) -> Outcome<()> {
        let known = self.facts.request(&said.request)?.clone();
        let document = self.document(&said.by, |maker, speaker| maker.answer(speaker, &known, said))?;
        let before = self.partner(&said.by)?.envelope(&known.id).await?;
        let answer = self.partner(&said.by)?.answer(document).await;
        if let Some(expected) = &said.refused {
            self.is_refused(answer, expected)?;
            let after = self.partner(&said.by)?.envelope(&known.id).await?;
            return check(before.version == after.version, "a refused answer changes nothing");
        }
        let receipt = answer?.into_inner();
        check(
            receipt.version > before.version && receipt.enforcement_request_id == known.id,
            "an answer is receipted",
        )?;
        self.looks_at_clocks(&said.by, &said.request, &known.id).await?;
        let (vi, en) = self.outcome(&known.kind, &said.outcome)?;
        self.says(&said.by, &format!("trả lời “{vi}”."), &format!("answered: {en}."))
    }

    pub(super) async fn report(&mut self, said: &Answer) -> Outcome<()> {
        let known = self.facts.request(&said.request)?.clone();
        let document = self.document(&said.by, |maker, speaker| maker.report(speaker, &known, said))?;
        let answer = self.partner(&said.by)?.report(document).await;
        if let Some(expected) = &said.refused {
            return self.is_refused(answer, expected);
        }
        check(
            answer?.into_inner().action() == v1::Action::Report,
            "a report is receipted",
        )?;
        self.looks_at_clocks(&said.by, &said.request, &known.id).await?;
        let (vi, en) = self.outcome(&known.kind, &said.outcome)?;
        self.says(
            &said.by,
            &format!("thông báo thêm “{vi}”."),
            &format!("reported: {en}."),
        )
    }

    /// The title of an outcome of a kind.
    pub(super) fn outcome(&self, kind: &str, code: &str) -> Outcome<(String, String)> {
        let kind = self.maker().kind(kind)?;
        let mut outcomes = kind.definition.outcomes.iter();
        let outcome = needed(
            outcomes.find(|outcome| outcome.code.as_str() == code),
            "the kind has the outcome",
        )?;
        Ok((outcome.title_vi.clone(), outcome.title_en.clone()))
    }

    pub(super) async fn ask(&mut self, by: &str, request: &str, question: &str) -> Outcome<()> {
        let id = self.facts.request(request)?.id.clone();
        let question = self.facts.filled(question)?;
        let partner = self.partner(by)?;
        let asked = v1::AskClarificationRequest {
            idempotency_key: partner.key(&format!("ask-{}", self.facts.now.micros())),
            enforcement_request_id: id.clone(),
            expected_version: 0,
            question: question.clone(),
        };
        let reply = partner.requests().ask_clarification(asked).await?.into_inner();
        let receipt = present(reply.receipt, "a question is receipted")?;
        check(
            receipt.state() == v1::State::Clarifying,
            "a question leads to CLARIFYING",
        )?;
        self.looks_at_clocks(by, request, &id).await?;
        self.says(
            by,
            &format!("hỏi lại: “{question}”"),
            "asks the sender to make it clear.",
        )
    }

    pub(super) async fn clarify(&mut self, by: &str, request: &str, text: &str) -> Outcome<()> {
        let known = self.facts.request(request)?.clone();
        let own = json!({ "text": text });
        let document = self.document(by, |maker, speaker| maker.small("clarify", speaker, &known, own))?;
        let receipt = self.partner(by)?.clarify(document).await?.into_inner();
        check(receipt.action() == v1::Action::Clarify, "a clarification is receipted")?;
        self.looks_at_clocks(by, request, &known.id).await?;
        self.says(by, &format!("làm rõ: “{text}”"), "made it clear.")
    }

    pub(super) async fn send_back(
        &mut self,
        by: &str,
        request: &str,
        (code, text): (&str, &str),
        competent: Option<&str>,
    ) -> Outcome<()> {
        let known = self.facts.request(request)?.clone();
        let mut own = json!({ "reason": { "code": code, "text": text } });
        if let (Some(name), Some(members)) = (competent, own.as_object_mut()) {
            let code = self.partner(name)?.agency.code.clone();
            members.insert("competent_agency".to_owned(), code.into());
        }
        let document = self.document(by, |maker, speaker| maker.small("send-back", speaker, &known, own))?;
        let receipt = self.partner(by)?.send_back(document).await?.into_inner();
        check(
            receipt.action() == v1::Action::SendBack && receipt.state() == v1::State::Returned,
            "a return leads to RETURNED",
        )?;
        self.says(by, &format!("trả lại: “{text}”"), &format!("returned it: {code}."))
    }

    pub(super) async fn withdraw(
        &mut self,
        by: &str,
        request: &str,
        explanation: &str,
        refused: Option<&Refused>,
    ) -> Outcome<()> {
        let known = self.facts.request(request)?.clone();
        let own = json!({ "explanation": explanation });
        let document = self.document(by, |maker, speaker| maker.small("withdraw", speaker, &known, own))?;
        let answer = self.partner(by)?.withdraw(document).await;
        if let Some(expected) = refused {
            return self.is_refused(answer, expected);
        }
        check(
            answer?.into_inner().action() == v1::Action::Withdraw,
            "a withdrawal is receipted",
        )?;
        self.says(by, &format!("đề nghị lấy lại: “{explanation}”"), "wants it back.")
    }

    pub(super) async fn close(&mut self, by: &str, request: &str, refused: Option<&Refused>) -> Outcome<()> {
        let id = self.facts.request(request)?.id.clone();
        let answer = self.partner(by)?.close(&id).await;
        if let Some(expected) = refused {
            return self.is_refused(answer, expected);
        }
        let receipt = present(answer?.into_inner().receipt, "closing is receipted")?;
        check(receipt.state() == v1::State::Closed, "closing leads to CLOSED")?;
        self.says(by, "kết thúc yêu cầu.", "closed the request.")
    }

    /// The hub refused it so, and says why in words.
    pub(super) fn is_refused<T>(&self, answer: Result<Response<T>, Status>, expected: &Refused) -> Outcome<()> {
        let code = &expected.code;
        let Err(status) = answer else {
            return Err(NotHeld::new(format!("the hub refuses with {code} (it accepted)")).into());
        };
        let refusal = Refusal::from(status);
        if refusal.reason != *code {
            return Err(Stop::Refused(Box::new(refusal)));
        }
        let field = match &expected.field {
            Some(wanted) => {
                let found = refusal.fields.iter().find(|field| field.field == *wanted);
                Some(present(found, &format!("the refusal {code} names {wanted}"))?)
            }
            None => None,
        };
        let (vi, en) = field.map_or((&refusal.vi, &refusal.en), |field| (&field.vi, &field.en));
        if let Some(word) = &expected.says {
            let word = self.facts.filled(word)?;
            check(
                vi.contains(&word) || refusal.vi.contains(&word),
                &format!("the refusal {code} says {word}"),
            )?;
        }
        check(!vi.is_empty() && !en.is_empty(), "a refusal says why in both languages")?;
        let place = field.map_or(String::new(), |field| format!(" – {}", field.field));
        event(
            &format!("Cổng từ chối, không lưu gì: {code}{place}: “{vi}”"),
            &format!("The hub refuses, and nothing is stored: “{en}”"),
        );
        Ok(())
    }
}
