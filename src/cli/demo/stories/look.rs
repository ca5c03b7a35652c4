//! What must hold: how requests stand, whose copy is where, and who sees nothing.

use std::collections::BTreeMap;

use lienthong_proto::v1;

use super::facts::Known;
use super::file::Expect;
use super::stage::Stage;
use crate::cli::demo::outcome::{Outcome, check, needed};
use crate::cli::demo::story::check_clock;
use crate::cli::demo::tell::{clock_name, deadlines, deadlines_and_why};

impl Stage<'_> {
    pub(super) async fn copy(&mut self, by: &str, of: &str, name: &str) -> Outcome<()> {
        let order = needed(self.orders.get(of), &format!("the story has sent {of}"))?;
        let (id, document, copied) = (
            order.copy()?.enforcement_request_id.clone(),
            order.document.clone(),
            order.id(0)?,
        );
        let envelope = self.partner(by)?.envelope(&id).await?;
        let is_copy = |relation: &v1::Relation| {
            relation.r#type() == v1::RelationType::CopyOf && relation.enforcement_request_id == copied
        };
        check(
            envelope.kind == "decision-copy" && envelope.relations.iter().any(is_copy),
            "the copy says what it is a copy of",
        )?;
        let known = Known {
            id,
            kind: envelope.kind,
            document,
            sent: self.facts.now,
            dues: BTreeMap::new(),
        };
        self.comes_to_know(by, name.to_owned(), known).await?;
        self.says(
            by,
            "đã có bản sao quyết định, do cổng gửi trong cùng một lần ghi.",
            "has its copy of the decision, which the hub made in the same write.",
        )
    }

    pub(super) async fn deadlines(&self, by: &str, request: &str, why: bool) -> Outcome<()> {
        let id = &self.facts.request(request)?.id;
        let envelope = self.partner(by)?.envelope(id).await?;
        let article = |deadline: &v1::Deadline| !deadline.basis.is_empty();
        check(
            !envelope.deadlines.is_empty() && envelope.deadlines.iter().all(article),
            "each deadline names its article",
        )?;
        if why {
            deadlines_and_why(&envelope);
        } else {
            deadlines(&envelope);
        }
        Ok(())
    }

    pub(super) async fn expect(&mut self, expected: &Expect) -> Outcome<()> {
        let id = self.facts.request(&expected.request)?.id.clone();
        let envelope = self.partner(&expected.by)?.envelope(&id).await?;
        let request = &expected.request;
        let mut told = Vec::new();
        if let Some(state) = &expected.state {
            let wanted = v1::State::from_str_name(&format!("STATE_{state}"));
            let wanted = needed(wanted, &format!("{state} is a state"))?;
            let is = envelope.state();
            check(
                is == wanted,
                &format!("{request} is {state} (it is {})", is.as_str_name()),
            )?;
            let (vi, en) = state_words(wanted);
            told.push((vi.to_owned(), en.to_owned()));
        }
        if let Some(outcome) = &expected.outcome {
            check(
                envelope.outcome == *outcome,
                &format!("{request} has the outcome {outcome}"),
            )?;
            told.push(self.outcome(&envelope.kind, outcome)?);
        }
        for (clock, status) in &expected.clocks {
            let wanted = v1::DeadlineStatus::from_str_name(&format!("DEADLINE_STATUS_{status}"));
            let wanted = needed(wanted, &format!("{status} is a status"))?;
            check_clock(
                &envelope,
                clock,
                wanted,
                &format!("the clock {clock} of {request} is {status}"),
            )?;
            let ((name_vi, name_en), (vi, en)) = (clock_name(clock), status_words(wanted));
            told.push((format!("thời hạn {name_vi}: {vi}"), format!("{name_en}: {en}")));
        }
        if let Some(in_force) = expected.in_force {
            let is = envelope.measures.iter().any(|measure| measure.in_force);
            check(
                is == in_force,
                &format!("the measure of {request} is in force: {in_force}"),
            )?;
            let (vi, en) = if in_force {
                ("biện pháp đang có hiệu lực", "the measure is in force")
            } else {
                ("biện pháp đã hết hiệu lực", "the measure is over")
            };
            told.push((vi.to_owned(), en.to_owned()));
        }
        self.looks_at_clocks(&expected.by, request, &id).await?;
        let (vi, en): (Vec<String>, Vec<String>) = told.into_iter().unzip();
        self.says(
            &expected.by,
            &format!("xem lại yêu cầu – {}.", vi.join("; ")),
            &format!("looks at the request: {}.", en.join("; ")),
        )
    }

    pub(super) async fn blind(&self, by: &str, request: &str) -> Outcome<()> {
        let id = &self.facts.request(request)?.id;
        check(
            self.partner(by)?.envelope(id).await.is_err(),
            "who is no party sees nothing of a request",
        )?;
        self.says(
            by,
            "không phải bên của yêu cầu nên không thấy gì.",
            "is no party to it and sees nothing.",
        )
    }
}

fn state_words(state: v1::State) -> (&'static str, &'static str) {
    match state {
        v1::State::Unspecified => ("", ""),
        v1::State::Submitted => ("đã gửi", "sent"),
        v1::State::Acknowledged => ("đã tiếp nhận", "registered"),
        v1::State::Clarifying => ("chờ làm rõ", "to be made clear"),
        v1::State::Answered => ("đã trả lời", "answered"),
        v1::State::Returned => ("đã trả lại", "sent back"),
        v1::State::WithdrawalPending => ("chờ đồng ý lấy lại", "may be taken back"),
        v1::State::Withdrawn => ("đã lấy lại", "taken back"),
        v1::State::Closed => ("đã đóng", "closed"),
    }
}

fn status_words(status: v1::DeadlineStatus) -> (&'static str, &'static str) {
    match status {
        v1::DeadlineStatus::Running => ("đang tính", "running"),
        v1::DeadlineStatus::Met => ("đúng hạn", "met"),
        v1::DeadlineStatus::Breached => ("quá hạn", "missed"),
        v1::DeadlineStatus::Paused => ("tạm dừng", "paused"),
        v1::DeadlineStatus::Cancelled => ("không còn phải thực hiện", "no longer owed"),
        v1::DeadlineStatus::PendingCalendar | v1::DeadlineStatus::Unspecified => ("chưa tính được", "not known yet"),
    }
}
