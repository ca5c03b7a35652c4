//! What comes with time: the clock is moved, and the hub tells whom it must.

use lienthong_proto::v1;

use super::file::{Due, Refused};
use super::stage::{Flow, Stage};
use crate::cli::demo::evidence::{certificate_of_silence, hub_keys, silence_holds};
use crate::cli::demo::outcome::{Outcome, check, needed, present};
use crate::cli::demo::sandbox::{DAY, at, tell_notice};
use crate::cli::demo::tell::event;
use crate::grpc::convert;

/// A minute, microseconds.
const MINUTE: i64 = 60 * 1_000_000;

impl Stage<'_> {
    pub(super) async fn advance(&mut self, to: Option<&Due>, days: i32, minutes: i32) -> Outcome<Flow> {
        let from = match to {
            None => convert::time(self.operator.now()),
            Some(due) => {
                let Some(moment) = self.due(due).await? else {
                    event(
                        "Chưa có lịch làm việc của năm đó nên chưa biết hạn: câu chuyện dừng ở đây.",
                        "The calendar of that year is not known yet, so nothing is due: the story ends here.",
                    );
                    return Ok(Flow::Ends);
                };
                moment
            }
        };
        let plus = i64::from(days).saturating_mul(DAY) + i64::from(minutes).saturating_mul(MINUTE);
        self.operator.moves_the_clock(at(from, plus)).await?;
        self.facts.now = self.operator.now();
        Ok(Flow::GoesOn)
    }

    async fn due(&self, due: &Due) -> Outcome<Option<prost_types::Timestamp>> {
        let id = &self.facts.request(&due.request)?.id;
        let envelope = self.partner(&due.by)?.envelope(id).await?;
        let mut clocks = envelope.deadlines.iter();
        let clock = clocks.find(|deadline| deadline.name == due.clock);
        let clock = present(clock, &format!("{} has the clock {}", due.request, due.clock))?;
        Ok(clock.due_time)
    }

    pub(super) async fn told(&mut self, by: &str, request: &str, clock: &str, notice: &str) -> Outcome<()> {
        let wanted = v1::NoticeTell::from_str_name(&format!("NOTICE_TELL_{notice}"));
        let wanted = needed(wanted, &format!("{notice} is a notice"))?;
        let id = self.facts.request(request)?.id.clone();
        let mut mail = std::mem::take(&mut self.mail);
        let is_it = |entry: &v1::MailboxEntry| {
            let said = entry.notice.as_ref();
            entry.enforcement_request_id == id
                && said.is_some_and(|notice| notice.clock == clock && notice.tell() == wanted)
        };
        let reader = self.partner(by)?;
        let entry = mail.take(reader, is_it).await;
        let told = entry.map(|entry| entry.and_then(|entry| entry.notice));
        let told = told.and_then(|told| {
            present(
                told,
                &format!("{by} is told {notice} of the clock {clock} of {request}"),
            )
        });
        if let Ok(told) = &told {
            tell_notice(reader, told);
        }
        self.mail = mail;
        told.map(drop)
    }

    pub(super) async fn confirm(&mut self, by: &str, request: &str, addressee: &str) -> Outcome<()> {
        let id = self.facts.request(request)?.id.clone();
        let sender = self.partner(by)?;
        let to = self.partner(addressee)?;
        let asked = v1::ListNoticesRequest {
            drafted_only: true,
            page_size: 200,
            page_token: String::new(),
        };
        let drafts = sender.notices().list_notices(asked).await?.into_inner().notices;
        let is_to = |notice: &v1::Notice| notice.addressee_agency_code == to.agency.code;
        let mut drafts = drafts.into_iter().filter(|draft| draft.enforcement_request_id == id);
        let draft = drafts.find(|draft| draft.notice.as_ref().is_some_and(is_to));
        let draft = present(draft, "a report to an agency above the line is drafted")?;
        let asked = v1::ConfirmNoticeRequest {
            idempotency_key: sender.key(&format!("confirm-{}", draft.notice_index)),
            notice_index: draft.notice_index,
        };
        let confirmed = sender.notices().confirm_notice(asked).await?.into_inner();
        present(confirmed.receipt, "the confirmation is receipted")?;
        let mut mail = std::mem::take(&mut self.mail);
        let to = self.partner(addressee)?;
        let arrived = mail.take(to, |entry| entry.enforcement_request_id == id).await;
        let arrived = arrived.and_then(|entry| present(entry, "the confirmed notice arrives at its addressee"));
        self.mail = mail;
        let arrived = arrived?;
        check(
            arrived.notice.is_some() && arrived.enforcement_request.is_none() && arrived.document.is_none(),
            "who is no party gets the notice and nothing of the request",
        )?;
        let to = &self.partner(addressee)?.agency;
        let officer = &self.partner(by)?.agency.officer;
        event(
            &format!(
                "{} ({}) xác nhận; {} nhận báo cáo: loại yêu cầu, điều luật, mức chậm, không có tên người, giấy tờ hay tài sản.",
                officer.full_name, officer.position, to.short
            ),
            &format!(
                "Confirmed; {} has the notice: kind, article and lateness, no person, no asset.",
                to.short_en
            ),
        );
        Ok(())
    }

    pub(super) async fn certify(&self, by: &str, request: &str, refused: Option<&Refused>) -> Outcome<()> {
        let id = &self.facts.request(request)?.id;
        if let Some(expected) = refused {
            let asked = v1::GetSilenceCertificateRequest {
                enforcement_request_id: id.clone(),
            };
            let answer = self.partner(by)?.evidence().get_silence_certificate(asked).await;
            return self.is_refused(answer, expected);
        }
        let certificate = certificate_of_silence(self.folder, by, id).await?;
        let keys = hub_keys(self.folder, by).await?;
        silence_holds(&certificate, &keys).await?;
        event(
            "Xác nhận đúng, kiểm chứng không cần hỏi cổng; sửa một byte là không còn đúng.",
            "The certificate holds without asking the hub; with one byte changed it does not.",
        );
        Ok(())
    }
}
