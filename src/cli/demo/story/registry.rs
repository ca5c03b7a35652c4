//! The operator enters the agencies; from then on their certificates are of use.

use lienthong_proto::v1;
use prost::Message as _;

use super::Story;
use crate::cli::demo::cast::CastAgency;
use crate::cli::demo::outcome::{Outcome, check, present, refused};
use crate::cli::demo::partner::Partner;
use crate::cli::demo::tell::{date, event};

impl Story {
    pub(super) async fn agencies_are_entered(&mut self) -> Outcome<()> {
        self.tell.step(
            "Đơn vị vận hành đăng ký các cơ quan, tổ chức: tên hiện nay, tên cũ có ngày, đơn vị, địa bàn",
            "The operator enters the agencies: present names, former names with dates, units, territory",
        );
        for partner in [
            &self.court,
            &self.office,
            &self.procuracy,
            &self.procuracy_region,
            &self.bank_a,
            &self.bank_b,
            &self.treasury,
            &self.land_here,
            &self.land_elsewhere,
            &self.committee,
        ] {
            let receipt = self.enter(&partner.agency, Some(partner)).await?;
            let info = partner.admin().get_server_info(v1::GetServerInfoRequest {}).await?;
            check(
                info.into_inner().tree_size > receipt.log_index,
                "the log holds the entry, and the agency can read it with its own certificate",
            )?;
        }
        self.enter(&self.police, None).await?;
        event(
            "Công an phường chưa kết nối: giao văn bản giấy, nơi gửi nhập trả lời.",
            "The ward police are not connected: paper is served, and the sender enters the answer.",
        );
        let asked = new_agency(&self.bank_b.agency, Some(&self.bank_b))?;
        let answer = self.bank_a.agencies().create_agency(asked).await;
        let refusal = refused(answer, tonic::Code::PermissionDenied, "a bank cannot enter agencies")?;
        event(
            &format!(
                "Ngân hàng không được đăng ký cơ quan khác: “{}” ({})",
                refusal.vi, refusal.reason
            ),
            &format!("A bank may not enter agencies: “{}”", refusal.en),
        );
        Ok(())
    }

    /// Enters `agency`, twice; `partner` has its certificate if it is connected.
    async fn enter(&self, agency: &CastAgency, partner: Option<&Partner>) -> Outcome<v1::Receipt> {
        let asked = new_agency(agency, partner)?;
        let create = async || self.operator.agencies().create_agency(asked.clone()).await;
        let (first, again) = (create().await?.into_inner(), create().await?.into_inner());
        check(
            first.encode_to_vec() == again.encode_to_vec(),
            "a retry gets the first receipt, byte for byte",
        )?;
        let receipt = present(first.receipt, "entering an agency is receipted")?;
        check(
            receipt.action() == v1::Action::CreateAgency,
            "the receipt says what was done",
        )?;
        let former: Vec<String> = agency
            .aliases
            .iter()
            .map(|alias| format!("{} (đến {})", alias.name, date(&alias.valid_to)))
            .collect();
        let former = if former.is_empty() {
            String::new()
        } else {
            format!("; trước đây: {}", former.join(", "))
        };
        event(&format!("{} – {}{former}", agency.name, agency.code), &agency.name_en);
        Ok(receipt)
    }
}

fn new_agency(cast: &CastAgency, partner: Option<&Partner>) -> Outcome<v1::CreateAgencyRequest> {
    let role = present(
        v1::Role::from_str_name(&format!("ROLE_{}", cast.role)),
        "the role is on the wire",
    )?;
    let channel = partner.map_or(v1::Channel::Paper, |_| v1::Channel::Digital);
    let aliases = cast.aliases.iter().map(|alias| v1::AgencyAlias {
        name: alias.name.clone(),
        valid_from: String::new(),
        valid_to: alias.valid_to.clone(),
    });
    let units = cast.units.iter().map(|unit| v1::Unit {
        unit_id: unit.id.clone(),
        name: unit.name.clone(),
        territory: unit.territory.clone(),
    });
    Ok(v1::CreateAgencyRequest {
        // The same in every run: a folder that is kept holds the agencies already.
        idempotency_key: format!("demo-create-{}", cast.code),
        agency: Some(v1::Agency {
            code: cast.code.clone(),
            role: role.into(),
            name: cast.name.clone(),
            name_en: cast.name_en.clone(),
            province_code: cast.province_code.clone(),
            commune_code: cast.commune_code.clone(),
            parent_code: cast.parent_code.clone(),
            channel: channel.into(),
            aliases: aliases.collect(),
            units: units.collect(),
            territory: cast.territory.clone(),
            ..Default::default()
        }),
        first_officer: partner.map(|_| v1::Officer {
            officer_id: cast.officer.id.clone(),
            full_name: cast.officer.full_name.clone(),
            position: cast.officer.position.clone(),
            unit_id: cast.officer.unit.clone(),
            valid_from: "2020-01-01".to_owned(),
            valid_to: String::new(),
            scope: v1::OfficerScope::All.into(),
        }),
        credentials: partner.map(Partner::credentials).unwrap_or_default(),
    })
}
