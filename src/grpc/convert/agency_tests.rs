//! Tests of reading and showing agencies, officers and certificates.

use lienthong_proto::v1;

use super::agency::{
    agency_page, agency_to_wire, create_agency, idempotency_key, officer_to_wire, revoke_credential, suspend_agency,
    update_agency, with_key_fault,
};
use super::credential::pem;
use crate::app::ledger::command::RegistryChange;
use crate::domain::agency::Scope;
use crate::domain::ids::AgencyCode;
use crate::domain::time::Timestamp;

fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-22T10:00:00Z").unwrap()
}

fn wire() -> v1::Agency {
    v1::Agency {
        code: "VN.BANK-A".into(),
        role: v1::Role::Bank.into(),
        name: "Ngân hàng A".into(),
        province_code: "01".into(),
        channel: v1::Channel::Paper.into(),
        units: vec![v1::Unit {
            unit_id: "cn-1".into(),
            name: "Chi nhánh 1".into(),
            territory: Vec::new(),
        }],
        ..v1::Agency::default()
    }
}

fn wire_officer() -> v1::Officer {
    v1::Officer {
        officer_id: "an".into(),
        full_name: "Nguyễn Văn An".into(),
        position: "Giám đốc".into(),
        unit_id: "cn-1".into(),
        valid_from: "2026-01-01".into(),
        valid_to: String::new(),
        scope: v1::OfficerScope::Unit.into(),
    }
}

fn create(change: impl FnOnce(&mut v1::CreateAgencyRequest)) -> v1::CreateAgencyRequest {
    let mut message = v1::CreateAgencyRequest {
        idempotency_key: "key-00001".into(),
        agency: Some(wire()),
        first_officer: Some(wire_officer()),
        credentials: Vec::new(),
    };
    change(&mut message);
    message
}

fn refused(change: impl FnOnce(&mut v1::CreateAgencyRequest)) -> Vec<String> {
    let error = create_agency(&create(change), now()).unwrap_err();
    error
        .fields()
        .iter()
        .map(|field| format!("{} {}", field.field, field.reason))
        .collect()
}

#[test]
fn an_agency_comes_back_as_it_was_sent() {
    let change = create_agency(&create(|_| ()), now()).unwrap();
    let RegistryChange::CreateAgency { agency, officer, .. } = change else {
        panic!("{change:?}")
    };
    assert_eq!(agency_to_wire(&agency), wire());
    assert_eq!(officer_to_wire(&officer.unwrap()), wire_officer());
}

#[test]
fn an_officer_without_a_scope_has_all_of_the_agency() {
    let message = create(|message| officer_of(message).scope = v1::OfficerScope::Unspecified.into());
    let RegistryChange::CreateAgency { officer, .. } = create_agency(&message, now()).unwrap() else {
        panic!("no agency")
    };
    assert_eq!(officer.unwrap().scope, Scope::All);
}

#[test]
fn a_scope_is_known_and_that_of_a_unit_has_one() {
    let unknown = refused(|message| officer_of(message).scope = 9);
    assert_eq!(unknown, ["first_officer.scope unknown_value"]);
    let without_unit = refused(|message| officer_of(message).unit_id.clear());
    assert_eq!(without_unit, ["first_officer.unit_id required"]);
}

#[test]
fn suspension_is_ignored_in_writes() {
    let message = v1::UpdateAgencyRequest {
        idempotency_key: String::new(),
        agency: Some(v1::Agency {
            suspended: true,
            ..wire()
        }),
    };
    let RegistryChange::UpdateAgency(agency) = update_agency(&message).unwrap() else {
        panic!("no update")
    };
    assert!(!agency.suspended);
}

#[test]
fn each_wrong_field_of_a_new_agency_is_named() {
    type Change = fn(&mut v1::CreateAgencyRequest);
    let cases: &[(Change, &str)] = &[
        (|m| m.agency = None, "agency required"),
        (|m| agency_of(m).code = "a b".into(), "agency.code format"),
        (|m| agency_of(m).role = 0, "agency.role required"),
        (|m| agency_of(m).role = 99, "agency.role required"),
        (|m| agency_of(m).channel = 0, "agency.channel required"),
        (|m| agency_of(m).name.clear(), "agency.name required"),
        (|m| agency_of(m).name = "a\0".into(), "agency.name control_character"),
        (|m| agency_of(m).name_en = "x".repeat(301), "agency.name_en too_long"),
        (
            |m| agency_of(m).province_code = "1".into(),
            "agency.province_code length",
        ),
        (
            |m| agency_of(m).commune_code = "123".into(),
            "agency.commune_code length",
        ),
        (|m| agency_of(m).parent_code = "?".into(), "agency.parent_code format"),
        (
            |m| agency_of(m).successor_code = "?".into(),
            "agency.successor_code format",
        ),
        (
            |m| {
                agency_of(m).units.push(v1::Unit {
                    unit_id: "cn-1".into(),
                    name: "x".into(),
                    territory: Vec::new(),
                });
            },
            "agency.units[1].unit_id repeated",
        ),
        (
            |m| agency_of(m).units[0].name = "\u{202E}".into(),
            "agency.units[0].name hidden_character",
        ),
        (
            |m| {
                agency_of(m).aliases.push(v1::AgencyAlias {
                    name: "Tên cũ".into(),
                    valid_from: "2026-01-02".into(),
                    valid_to: "2026-01-01".into(),
                });
            },
            "agency.aliases[0].valid_to before_start",
        ),
        (
            |m| officer_of(m).officer_id = "a b".into(),
            "first_officer.officer_id format",
        ),
        (
            |m| officer_of(m).full_name = "a\nb".into(),
            "first_officer.full_name control_character",
        ),
        (
            |m| officer_of(m).position = "To\u{300}a".into(),
            "first_officer.position not_nfc",
        ),
        (
            |m| officer_of(m).unit_id = "cn-9".into(),
            "first_officer.unit_id not_found",
        ),
        (
            |m| officer_of(m).valid_from.clear(),
            "first_officer.valid_from required",
        ),
        (
            |m| officer_of(m).valid_to = "2025-12-31".into(),
            "first_officer.valid_to before_start",
        ),
        (
            |m| {
                m.credentials.push(v1::NewCredential {
                    certificate_pem: "x".into(),
                    purposes: vec![1],
                    officer_id: String::new(),
                });
            },
            "credentials[0].certificate_pem not_pem",
        ),
    ];
    for (index, (change, fault)) in cases.iter().enumerate() {
        assert_eq!(refused(change), [*fault], "case {index}");
    }
}

fn agency_of(message: &mut v1::CreateAgencyRequest) -> &mut v1::Agency {
    message.agency.as_mut().unwrap()
}

fn officer_of(message: &mut v1::CreateAgencyRequest) -> &mut v1::Officer {
    message.first_officer.as_mut().unwrap()
}

#[test]
fn the_digital_channel_needs_an_officer_and_certificates() {
    let found = refused(|message| {
        agency_of(message).channel = v1::Channel::Digital.into();
        message.first_officer = None;
    });
    assert_eq!(found, ["first_officer required", "credentials required"]);
}

#[test]
fn a_key_that_is_none_is_reported_with_everything_else() {
    let message = create(|message| agency_of(message).name.clear());
    let key = idempotency_key("short").unwrap_err();
    let error = with_key_fault(&key, create_agency(&message, now()));
    let fields: Vec<&str> = error.fields().iter().map(|field| field.field.as_str()).collect();
    assert_eq!(fields, ["idempotency_key", "agency.name"]);
}

#[test]
fn suspending_and_revoking_state_a_reason() {
    let suspend = |reason: &str| {
        let code = "VN.BANK-A".to_owned();
        let message = v1::SuspendAgencyRequest {
            idempotency_key: String::new(),
            code,
            suspended: true,
            reason: reason.into(),
        };
        suspend_agency(&message).map_err(|error| error.fields()[0].reason.clone())
    };
    assert!(suspend("Chứng thư số bị lộ.\nTạm ngừng.").is_ok());
    assert_eq!(suspend("").unwrap_err(), "required");
    assert_eq!(suspend(&"x".repeat(2_001)).unwrap_err(), "too_long");
    let revoke = v1::RevokeCredentialRequest {
        purposes: vec![9],
        ..Default::default()
    };
    let error = revoke_credential(&revoke, AgencyCode::parse("VN.BANK-A").unwrap()).unwrap_err();
    let fields: Vec<&str> = error.fields().iter().map(|field| field.field.as_str()).collect();
    assert_eq!(fields, ["sha256", "purposes[0]", "reason"]);
}

#[test]
fn a_page_is_asked_with_its_conditions() {
    let caller = AgencyCode::parse("VN.BANK-A").unwrap();
    let ask = |page_token: String, role: v1::Role| {
        let message = v1::ListAgenciesRequest {
            page_token,
            role: role.into(),
            ..Default::default()
        };
        agency_page(&message, &caller)
    };
    let first = ask(String::new(), v1::Role::Court).unwrap();
    assert_eq!((first.after.as_ref(), first.limit), (None, 50));
    let token = first.tokens.after("VN.COURT");
    assert_eq!(
        ask(token.clone(), v1::Role::Court).unwrap().after,
        AgencyCode::parse("VN.COURT").ok()
    );
    assert_eq!(ask(token, v1::Role::Bank).unwrap_err().fields()[0].field, "page_token");
}

#[test]
fn pem_has_lines_of_64_characters() {
    let text = pem(&[7; 100]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), lines[1].len(), lines[2].len()), (5, 64, 64));
}
