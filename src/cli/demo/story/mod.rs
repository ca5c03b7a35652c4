//! The story: who does what, and what must hold afterwards. Each step states in Vietnamese and English what happens.

mod ending;
mod freeze;
mod land;
mod registry;

use std::sync::Arc;

use lienthong_proto::v1;

use super::cast::{Cast, CastAgency, CastOfficer};
use super::folder::Folder;
use super::outcome::Outcome;
use super::partner::{Outside, Partner};
use super::tell::Teller;
use crate::cli::failure::Failure;
use crate::cli::output;

/// The operator's code in the demo.
pub(super) const OPERATOR_CODE: &str = "OPERATOR";
/// The operator's officer in the demo.
pub(super) const OPERATOR_OFFICER: &str = "operator-001";

/// The parties, and how far the story has come.
pub(super) struct Story {
    operator: Partner,
    office: Partner,
    bank_a: Partner,
    bank_b: Partner,
    land_here: Partner,
    land_there: Partner,
    tell: Teller,
}

/// One freeze order, what the hub replied, and the two requests that it became.
struct Freezes {
    order: String,
    reply: v1::SubmitResponse,
    at_a: String,
    at_b: String,
}

impl Story {
    /// Connects every party with its own certificate.
    pub(super) async fn open(folder: &Folder, outside: Outside) -> Result<Self, Failure> {
        let outside = Arc::new(outside);
        let cast = Cast::embedded();
        let connect = async |certificate: &str| {
            let agency = cast.agency(certificate).cloned().ok_or_else(|| {
                let en = format!("catalogue/demo/agencies.toml has no agency {certificate}");
                Failure::failed(en.clone(), en)
            })?;
            Partner::connect(agency, folder, &outside).await
        };
        Ok(Self {
            operator: Partner::connect(operator(), folder, &outside).await?,
            office: connect("enforcement").await?,
            bank_a: connect("bank-a").await?,
            bank_b: connect("bank-b").await?,
            land_here: connect("land-office-a").await?,
            land_there: connect("land-office-b").await?,
            tell: Teller::default(),
        })
    }

    /// Tells it from beginning to end; stops at the first promise that does not hold.
    pub(super) async fn play(mut self) -> Result<(), Failure> {
        match Box::pin(self.all()).await {
            Ok(()) => {
                output::line(
                    "\nMọi bước đều đã được kiểm tra và đúng như cam kết.\n\
                     Every step was checked and held.",
                );
                Ok(())
            }
            Err(stop) => Err(stop.at(&self.tell.number())),
        }
    }

    async fn all(&mut self) -> Outcome<()> {
        self.connect_agencies().await?;
        let freezes = self.send_freeze().await?;
        self.lose_a_reply(&freezes).await?;
        self.bank_a_holds_in_full(&freezes).await?;
        self.bank_b_asks(&freezes).await?;
        self.office_clarifies(&freezes).await?;
        self.bank_b_holds_in_part(&freezes).await?;
        self.bank_b_reports(&freezes).await?;
        let returned = self.wrong_land_office().await?;
        let enquiry = self.right_land_office(&returned).await?;
        self.withdraw_unread().await?;
        self.nobody_else_sees(&freezes).await?;
        self.close(&freezes, &enquiry).await?;
        self.officer_reads_the_mailbox(&freezes).await?;
        self.look_at_the_log().await
    }
}

fn operator() -> CastAgency {
    CastAgency {
        certificate: "operator".to_owned(),
        code: OPERATOR_CODE.to_owned(),
        role: "OPERATOR".to_owned(),
        name: "Đơn vị vận hành (giả lập)".to_owned(),
        name_en: "Operator (synthetic)".to_owned(),
        short: "Đơn vị vận hành".to_owned(),
        short_en: "the operator".to_owned(),
        province_code: String::new(),
        officer: CastOfficer {
            id: OPERATOR_OFFICER.to_owned(),
            full_name: "Phan Thị Vận Hành".to_owned(),
            position: "Quản trị viên".to_owned(),
        },
    }
}
