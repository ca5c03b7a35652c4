//! The story: who does what, and what must hold afterwards. Each step states in Vietnamese and English what happens.

mod closing;
mod deadline;
mod ending;
mod freeze;
mod inquiry;
mod judgment;
mod on_paper;
mod registry;
mod silence;

use std::sync::Arc;

use lienthong_proto::v1;

use super::cast::{Cast, CastAgency, CastOfficer};
use super::evidence::{self, Kept};
use super::folder::Folder;
use super::outcome::{Outcome, check};
use super::partner::{Order, Outside, Partner};
use super::tell::Teller;
use crate::cli::failure::Failure;

/// The operator's code in the demo.
pub(super) const OPERATOR_CODE: &str = "OPERATOR";

/// Obligation and costs in the freeze, and what is debited, đồng.
const OWED: &str = "153500000";

/// The parties, and how far the story has come.
pub(super) struct Story {
    operator: Partner,
    court: Partner,
    office: Partner,
    procuracy: Partner,
    procuracy_region: Partner,
    bank_a: Partner,
    bank_b: Partner,
    treasury: Partner,
    land_here: Partner,
    land_elsewhere: Partner,
    committee: Partner,
    police: CastAgency,
    tell: Teller,
}

/// One freeze order and the two requests that it became.
struct Freezes {
    order: Order,
    at_a: String,
    at_b: String,
}

impl Story {
    /// Connects every party with its own certificate.
    pub(super) async fn open(folder: &Folder, outside: Outside) -> Result<Self, Failure> {
        let outside = Arc::new(outside);
        let operator = Partner::connect(operator(), folder, &outside).await?;
        operator.follows_the_hub().await.map_err(|stop| stop.at("0"))?;
        let cast = Cast::embedded();
        let missing = |name: &str| {
            let en = format!("catalogue/demo/agencies.toml has no agency {name}");
            Failure::failed(en.clone(), en)
        };
        let connect = async |certificate: &str| {
            let agency = cast.agency(certificate).cloned().ok_or_else(|| missing(certificate))?;
            Partner::connect(agency, folder, &outside).await
        };
        Ok(Self {
            operator,
            court: connect("court").await?,
            office: connect("enforcement").await?,
            procuracy: connect("procuracy").await?,
            procuracy_region: connect("procuracy-region").await?,
            bank_a: connect("bank-a").await?,
            bank_b: connect("bank-b").await?,
            treasury: connect("treasury").await?,
            land_here: connect("land-office-a").await?,
            land_elsewhere: connect("land-office-b").await?,
            committee: connect("committee").await?,
            police: cast.on_paper.first().cloned().ok_or_else(|| missing("on paper"))?,
            tell: Teller::default(),
        })
    }

    /// Tells it from beginning to end; stops at the first promise that does not hold. Gives what is left of it in `folder`.
    pub(super) async fn play(mut self, folder: &Folder) -> Result<(Kept, Teller), Failure> {
        match Box::pin(self.all(folder)).await {
            Ok(kept) => Ok((kept, self.tell)),
            Err(stop) => Err(stop.at(&self.tell.number())),
        }
    }

    async fn all(&mut self, folder: &Folder) -> Outcome<Kept> {
        self.agencies_are_entered().await?;
        let judgment = self.court_transfers_late().await?;
        self.judgment_is_registered(&judgment).await?;
        self.judgment_is_explained(&judgment).await?;
        self.deadlines_are_explained().await?;
        self.accounts_are_asked_for().await?;
        self.land_is_asked_for().await?;
        self.police_answer_on_paper().await?;
        let freezes = self.freeze_is_sent().await?;
        self.procuracy_has_its_copy(&freezes.order).await?;
        self.bank_a_holds_in_full(&freezes).await?;
        let executed = self.bank_b_holds_in_part(&freezes).await?;
        self.bank_b_tops_up(&freezes, &executed).await?;
        self.closing_waits(&freezes).await?;
        self.bank_a_debits(&freezes).await?;
        self.release_overtakes(&freezes).await?;
        self.closing_is_allowed(&freezes).await?;
        self.nobody_else_sees(&freezes).await?;
        self.registers_are_printed().await?;
        self.officer_reads_the_mailbox(&freezes).await?;
        self.log_is_looked_at().await?;
        let mut kept = evidence::export(folder, &freezes.at_a, &mut self.tell).await?;
        if let Some(unanswered) = self.land_office_is_reminded().await? {
            self.land_office_is_late(&unanswered).await?;
            kept.silence = Some(evidence::certify(folder, &unanswered, &mut self.tell).await?);
            self.committee_is_told(&unanswered).await?;
            evidence::report(folder, &mut self.tell).await?;
        }
        Ok(kept)
    }
}

/// The operator, as it plays itself.
pub(super) fn operator() -> CastAgency {
    CastAgency {
        certificate: "operator".to_owned(),
        code: OPERATOR_CODE.to_owned(),
        role: "OPERATOR".to_owned(),
        name: "Đơn vị vận hành (giả lập)".to_owned(),
        name_en: "Operator (synthetic)".to_owned(),
        short: "Đơn vị vận hành".to_owned(),
        short_en: "the operator".to_owned(),
        officer: CastOfficer {
            id: crate::cli::init::OPERATOR_OFFICER.to_owned(),
            full_name: "Phan Thị Vận Hành".to_owned(),
            position: "Quản trị viên".to_owned(),
            unit: String::new(),
        },
        ..CastAgency::default()
    }
}

/// Every clock of that name stands so; a year for which the calendar has no days yet leaves it open.
pub(super) fn check_clock(
    envelope: &v1::EnforcementRequest,
    name: &str,
    wanted: v1::DeadlineStatus,
    promise: &str,
) -> Outcome<()> {
    let mut clocks = envelope
        .deadlines
        .iter()
        .filter(|deadline| deadline.name == name)
        .peekable();
    let is_there = clocks.peek().is_some();
    let holds = |deadline: &v1::Deadline| [wanted, v1::DeadlineStatus::PendingCalendar].contains(&deadline.status());
    check(is_there && clocks.all(holds), promise)
}
