//! The hub says when something is due and why that day, in each unit that the law counts in.

use lienthong_proto::v1;

use super::Story;
use crate::cli::demo::outcome::{Outcome, check, present};
use crate::cli::demo::tell::{basis, event, time, why};

/// A question about a deadline, and the last moment that it must come to. The days are fixed: they show a weekend, the day
/// of 24/11/2026, a night and ends that roll, whenever the story is told.
struct Question {
    vi: &'static str,
    en: &'static str,
    kind: &'static str,
    deadline: &'static str,
    from: &'static str,
    /// The payload that decides conditions; empty: none.
    order: &'static str,
    due: &'static str,
}

const QUESTIONS: [Question; 4] = [
    Question {
        vi: "Ngày làm việc: yêu cầu thông tin đất đai đến chiều thứ Sáu 20/11/2026",
        en: "Working days: a land enquiry that comes on Friday afternoon, 20/11/2026",
        kind: "land-information",
        deadline: "answer",
        from: "2026-11-20T15:42:00+07:00",
        order: "",
        due: "26/11/2026 23:59",
    },
    Question {
        vi: "Giờ, liên tục cả đêm và ngày nghỉ: đã phong tỏa lúc 21:30 thứ Bảy",
        en: "Hours by the wall clock, nights and days off included: a freeze carried out on Saturday at 21:30",
        kind: "account-freeze",
        deadline: "report",
        from: "2026-11-21T21:30:00+07:00",
        order: "",
        due: "22/11/2026 21:30",
    },
    Question {
        vi: "Ngày theo lịch, hết hạn vào Chủ nhật thì tính đến hết ngày làm việc tiếp theo: yêu cầu giải thích bản án",
        en: "Calendar days that end on a Sunday and move on: a request to explain a judgment",
        kind: "judgment-clarification",
        deadline: "answer",
        from: "2026-11-20T15:42:00+07:00",
        order: r#"{"addressed_to": "ISSUING_COURT"}"#,
        due: "21/12/2026 23:59",
    },
    Question {
        vi: "Tháng: bản án dân sự sơ thẩm có hiệu lực ngày 08/10/2026",
        en: "Months: a civil judgment of first instance that took effect on 08/10/2026",
        kind: "judgment-transfer",
        deadline: "transfer",
        from: "2026-10-08T00:00:00+07:00",
        order: r#"{"judgment_sort": "CIVIL_FIRST_INSTANCE"}"#,
        due: "09/11/2026 23:59",
    },
];

impl Story {
    pub(super) async fn deadlines_are_explained(&mut self) -> Outcome<()> {
        self.tell.step(
            "Vì sao đến hạn vào ngày đó? Cổng trả lời theo từng đơn vị thời gian (các ngày ví dụ cố định)",
            "Why is it due on that day? The hub answers in each unit of time (fixed days, as examples)",
        );
        for question in &QUESTIONS {
            self.explain(question).await?;
        }
        Ok(())
    }

    async fn explain(&self, question: &Question) -> Outcome<()> {
        let asked = v1::ComputeDeadlineRequest {
            kind: question.kind.to_owned(),
            from: question.from.to_owned(),
            deadline_name: question.deadline.to_owned(),
            order: question.order.to_owned(),
            ..Default::default()
        };
        let answer = self.office.tracking().compute_deadline(asked).await?.into_inner();
        let computed = present(answer.deadlines.first(), "the kind has the deadline")?;
        let due = computed.due_time.map(time).unwrap_or_default();
        check(
            due == question.due,
            &format!(
                "{} {} from {} is due {}, not {due}",
                question.kind, question.deadline, question.from, question.due
            ),
        )?;
        let limit = computed.limit.clone().unwrap_or_default();
        event(
            &format!("{} – {}: hạn chót {due}", question.vi, limit.vi),
            &format!("{} – {}: due {due}", question.en, limit.en),
        );
        basis(&computed.basis);
        why(&computed.trace);
        Ok(())
    }
}
