//! An agency is entered at the hub: who it is, who acts for it, and with which certificates.

use lienthong_proto::v1;
use prost::Message as _;

use super::cast::{CastAgency, CastOfficer};
use super::outcome::{Outcome, check, present};
use super::partner::Partner;
use super::tell::event;
use crate::cli::output::date;

/// Enters `agency`, twice; `partner` has its certificate if it is connected.
pub(super) async fn enter(operator: &Partner, agency: &CastAgency, partner: Option<&Partner>) -> Outcome<v1::Receipt> {
    let asked = new_agency(agency, partner)?;
    let create = async || operator.agencies().create_agency(asked.clone()).await;
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

/// What the operator states of `cast`.
pub(super) fn new_agency(cast: &CastAgency, partner: Option<&Partner>) -> Outcome<v1::CreateAgencyRequest> {
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
        first_officer: partner.map(|_| officer(&cast.officer)),
        credentials: partner.map(Partner::credentials).unwrap_or_default(),
    })
}

/// Another officer of an agency that is entered already: `partner` plays it, with certificates of its own.
pub(super) async fn enter_officer(operator: &Partner, partner: &Partner) -> Outcome<()> {
    let (code, acting) = (&partner.agency.code, &partner.agency.officer);
    let asked = v1::RegisterOfficerRequest {
        idempotency_key: format!("demo-officer-{}", acting.id),
        agency_code: code.clone(),
        officer: Some(officer(acting)),
    };
    operator.agencies().register_officer(asked).await?;
    for (number, credential) in partner.credentials().into_iter().enumerate() {
        let asked = v1::RegisterCredentialRequest {
            idempotency_key: format!("demo-certificate-{}-{number}", acting.id),
            agency_code: code.clone(),
            credential: Some(credential),
        };
        operator.agencies().register_credential(asked).await?;
    }
    event(
        &format!("{}, {} – {}", acting.full_name, acting.position, partner.agency.short),
        &format!("Another officer of {}", partner.agency.short_en),
    );
    Ok(())
}

fn officer(cast: &CastOfficer) -> v1::Officer {
    v1::Officer {
        officer_id: cast.id.clone(),
        full_name: cast.full_name.clone(),
        position: cast.position.clone(),
        unit_id: cast.unit.clone(),
        valid_from: "2020-01-01".to_owned(),
        valid_to: String::new(),
        scope: v1::OfficerScope::All.into(),
    }
}
