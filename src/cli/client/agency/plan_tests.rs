//! What is wrong with files, and what they change.

use std::collections::BTreeMap;

use lienthong_proto::v1;

use super::faults::Faults;
use super::plan::{Known, Planned, plan};
use super::read::read_files;
use super::wanted::wanted;
use crate::domain::time::Timestamp;

const NOW: Timestamp = Timestamp::from_micros(0);

fn planned(files: &[(&str, &str)], known: &Known) -> Result<BTreeMap<String, Planned>, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let mut faults = Faults::default();
    let files = read_files(folder.path(), &mut faults).unwrap();
    let planned = plan(&wanted(&files, &mut faults), known, NOW, &mut faults);
    let told = faults.finish().map_err(|failure| failure.texts().1.to_owned());
    told.map(|()| planned)
}

fn known() -> Known {
    let agency = v1::Agency {
        code: "K".to_owned(),
        role: v1::Role::Court.into(),
        name: "Tòa".to_owned(),
        province_code: "37".to_owned(),
        channel: v1::Channel::Digital.into(),
        units: vec![v1::Unit {
            unit_id: "u".to_owned(),
            name: "Phòng".to_owned(),
            territory: Vec::new(),
        }],
        ..Default::default()
    };
    Known {
        agencies: [("K".to_owned(), agency)].into(),
        ..Known::default()
    }
}

#[test]
fn every_fault_is_told_by_file_row_and_column() {
    let files = [
        (
            "agencies.csv",
            "code,role,name,province_code,parent,successor,channel,territory\n\
             A,COURTS,N,99,B,,,\nB,COURT,N,37,A,,PHONE,37 1\nB,COURT,N,,,,,\nC,BANK,N,,NONE,C,,\n\
             D,BANK,N,,,,DIGITAL,\nK,BANK,N,,,,,\nx y,BANK,N,,,,,\n",
        ),
        ("units.csv", "agency,id,name\nZ,u,N\nC,a b,N\nC,u,N\nC,u,N\n"),
        (
            "aliases.csv",
            "agency,name,valid_from,valid_to\nC,N,2025-07-01,30/6/2025\nC,N,yesterday,\n",
        ),
        (
            "officers.csv",
            "agency,id,full_name,position,unit,scope,valid_from\n\
             C,o,An,P,none,ALL,2025-01-01\nC,o,An,P,,ALL,2025-01-01\nC,p,An,P,,MOST,2025-01-01\nC,q,An,P,,UNIT,1/1\n",
        ),
        (
            "credentials.csv",
            "agency,officer,purposes,certificate_file\nC,nobody,OFFICER,bad.pem\nC,,TLS GATE,none.pem\n",
        ),
        ("bad.pem", "no certificate"),
    ];
    let told = planned(&files, &known()).unwrap_err();
    for place in [
        "agencies.csv, row 2, column role",
        "agencies.csv, row 2, column province_code",
        "agencies.csv, row 2, column parent: a cycle",
        "agencies.csv, row 3, column parent: a cycle",
        "agencies.csv, row 3, column channel",
        "agencies.csv, row 3, column territory",
        "agencies.csv, row 4, column code: stands in row 3",
        "agencies.csv, row 5, column parent: there is no agency",
        "agencies.csv, row 5, column successor: a cycle",
        "agencies.csv, row 6, column channel: a new agency on the DIGITAL",
        "agencies.csv, row 7, column role: the hub has",
        "agencies.csv, row 8, column code",
        "units.csv, row 2, column agency",
        "units.csv, row 3, column id",
        "units.csv, row 5, column id",
        "aliases.csv, row 2, column valid_to",
        "aliases.csv, row 3, column valid_from",
        "officers.csv, row 2, column unit",
        "officers.csv, row 3, column id: stands in row 2",
        "officers.csv, row 4, column scope",
        "officers.csv, row 5, column unit",
        "officers.csv, row 5, column valid_from",
        "credentials.csv, row 2, column officer",
        "credentials.csv, row 2, column certificate_file",
        "credentials.csv, row 3, column purposes",
        "credentials.csv, row 3, column certificate_file",
    ] {
        assert!(told.contains(place), "{place}: {told}");
    }
    assert_eq!(told.lines().count(), 27, "and nothing else: {told}");
}

#[test]
fn what_the_files_do_not_state_stays_as_the_hub_has_it() {
    let same = planned(&[("agencies.csv", "code,role,name\nK,COURT,Tòa\n")], &known()).unwrap();
    assert!(same["K"].is_unchanged());
    let files = [
        ("agencies.csv", "code,role,name,province_code\nK,COURT,Tòa án,\n"),
        ("units.csv", "agency,id,name\nK,u,Phòng\nK,v,Phòng 2\n"),
    ];
    let changed = planned(&files, &known()).unwrap();
    assert_eq!(changed["K"].changed, ["name", "province_code", "units"]);
    assert!(!changed["K"].is_new);
}

#[test]
fn officers_that_the_hub_has_are_left_out_and_keep_their_scope() {
    let mut known = known();
    let officer = v1::Officer {
        officer_id: "o".to_owned(),
        full_name: "An".to_owned(),
        position: "P".to_owned(),
        valid_from: "2025-01-01".to_owned(),
        valid_to: "2030-01-01".to_owned(),
        scope: v1::OfficerScope::Own.into(),
        ..Default::default()
    };
    let staff = v1::GetAgencyResponse {
        officers: vec![officer],
        ..Default::default()
    };
    known.staff.insert("K".to_owned(), staff);
    let head = "agency,id,full_name,position,valid_from\nK,o,An,";
    let of = |end: &str| {
        let officers = format!("{head}{end},1/1/2025\n");
        let files = [
            ("agencies.csv", "code,role,name\n"),
            ("officers.csv", officers.as_str()),
        ];
        planned(&files, &known).unwrap()
    };
    assert!(of("P")["K"].is_unchanged());
    let [(_, officer)] = of("Q")["K"].officers.clone().try_into().unwrap();
    assert_eq!(
        (officer.scope, officer.valid_to.as_str()),
        (v1::OfficerScope::Own.into(), "2030-01-01")
    );
}
