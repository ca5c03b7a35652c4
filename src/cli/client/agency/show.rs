//! `lienthong agency list` and `show`: what the hub has.

use std::str::FromStr as _;

use clap::Args;
use lienthong_proto::v1;
use serde_json::{Value, json};

use crate::cli::client::connection::{ConnectionArgs, malformed};
use crate::cli::client::print::{Lines, OutputArgs, Table};
use crate::cli::client::session::{Session, ask, incomplete};
use crate::cli::client::{view, words};
use crate::cli::failure::Failure;
use crate::domain::agency::Role;
use crate::evidence::digest::hex;
use crate::grpc::convert::vocabulary::OnWire as _;

/// Agencies that are asked for at once.
const PAGE: i32 = 500;

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Loại cơ quan: only this role, for example `COURT`.
    #[arg(long, env = "LIENTHONG_ROLE", value_name = "ROLE")]
    role: Option<String>,
    /// Mã tỉnh: only this province, 2 digits.
    #[arg(long, env = "LIENTHONG_PROVINCE", value_name = "CODE")]
    province: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    /// Mã cơ quan: the agency's code.
    code: String,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Every agency that the question is about.
pub(super) async fn all(session: &Session, mut asked: v1::ListAgenciesRequest) -> Result<Vec<v1::Agency>, Failure> {
    asked.page_size = PAGE;
    let mut agencies = Vec::new();
    loop {
        let page = ask!(async || session.agencies().list_agencies(asked.clone()).await)?;
        agencies.extend(page.agencies);
        asked.page_token = page.next_page_token;
        if asked.page_token.is_empty() {
            return Ok(agencies);
        }
    }
}

impl List {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let role = self.role.as_deref().map(Role::from_str).transpose();
        let role = role.map_err(|error| malformed("--role", &error))?;
        let asked = v1::ListAgenciesRequest {
            role: role.map_or(0, Role::to_wire),
            province_code: self.province.unwrap_or_default(),
            ..Default::default()
        };
        let session = self.connection.connect().await?;
        let agencies = all(&session, asked).await?;
        self.output.print(
            || json!({ "agencies": agencies.iter().map(value).collect::<Value>() }),
            || {
                let mut table = Table::new(&[
                    "Mã / code",
                    "Loại / role",
                    "Kênh / channel",
                    "Tỉnh / province",
                    "Tên / name",
                ]);
                for agency in &agencies {
                    table.row(&[
                        agency.code.clone(),
                        words::role(agency.role),
                        words::channel(agency.channel),
                        agency.province_code.clone(),
                        agency.name.clone(),
                    ]);
                }
                if table.is_empty() {
                    return "Không có cơ quan nào. / No agencies.\n".to_owned();
                }
                table.text("")
            },
        );
        Ok(())
    }
}

impl Show {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let asked = v1::GetAgencyRequest { code: self.code };
        let answer = ask!(async || session.agencies().get_agency(asked.clone()).await)?;
        let agency = answer.agency.as_ref().ok_or_else(|| incomplete("agency"))?;
        self.output.print(|| whole(agency, &answer), || text(agency, &answer));
        Ok(())
    }
}

fn value(agency: &v1::Agency) -> Value {
    let aliases = agency.aliases.iter().map(|alias| {
        json!({
            "name": alias.name,
            "valid_from": view::text(&alias.valid_from),
            "valid_to": view::text(&alias.valid_to),
        })
    });
    let units = agency
        .units
        .iter()
        .map(|unit| json!({ "unit_id": unit.unit_id, "name": unit.name, "territory": unit.territory }));
    json!({
        "code": agency.code,
        "role": words::role(agency.role),
        "name": agency.name,
        "name_en": view::text(&agency.name_en),
        "province_code": view::text(&agency.province_code),
        "commune_code": view::text(&agency.commune_code),
        "parent_code": view::text(&agency.parent_code),
        "successor_code": view::text(&agency.successor_code),
        "channel": words::channel(agency.channel),
        "suspended": agency.suspended,
        "territory": agency.territory,
        "aliases": aliases.collect::<Value>(),
        "units": units.collect::<Value>(),
    })
}

fn fingerprint(credential: &v1::Credential) -> String {
    let digest = <[u8; 32]>::try_from(credential.sha256.as_ref());
    digest.map(|digest| hex(&digest)).unwrap_or_default()
}

fn whole(agency: &v1::Agency, answer: &v1::GetAgencyResponse) -> Value {
    let officers = answer.officers.iter().map(|officer| {
        json!({
            "officer_id": officer.officer_id,
            "full_name": officer.full_name,
            "position": officer.position,
            "unit_id": view::text(&officer.unit_id),
            "valid_from": officer.valid_from,
            "valid_to": view::text(&officer.valid_to),
            "scope": words::scope(officer.scope),
        })
    });
    let credentials = answer.credentials.iter().map(|credential| {
        json!({
            "sha256": fingerprint(credential),
            "purpose": words::purpose(credential.purpose),
            "officer_id": view::text(&credential.officer_id),
            "not_before": view::time(credential.not_before),
            "not_after": view::time(credential.not_after),
            "revoked_time": view::time(credential.revoked_time),
        })
    });
    json!({
        "agency": value(agency),
        "officers": officers.collect::<Value>(),
        "credentials": credentials.collect::<Value>(),
    })
}

fn text(agency: &v1::Agency, answer: &v1::GetAgencyResponse) -> String {
    let mut lines = Lines::default();
    lines.add("Mã / code", &agency.code);
    lines.add("Tên / name", &agency.name);
    lines.add("Tên tiếng Anh / English name", &agency.name_en);
    let role = Role::from_wire(agency.role).map_or("", Role::label_vi);
    lines.add("Loại / role", &format!("{role} ({})", words::role(agency.role)));
    lines.add("Tỉnh / province", &agency.province_code);
    lines.add("Xã / commune", &agency.commune_code);
    lines.add("Cấp trên / parent", &agency.parent_code);
    lines.add("Kế thừa / successor", &agency.successor_code);
    lines.add("Kênh / channel", &words::channel(agency.channel));
    if agency.suspended {
        lines.add("Tạm ngừng / suspended", "có / yes");
    }
    lines.add("Địa bàn / territory", &agency.territory.join(" "));
    for alias in &agency.aliases {
        let days = format!("{} ({} – {})", alias.name, alias.valid_from, alias.valid_to);
        lines.add("Tên cũ / former name", &days);
    }
    for unit in &agency.units {
        lines.add(
            "Đơn vị / unit",
            &format!("{} {} {}", unit.unit_id, unit.name, unit.territory.join(" ")),
        );
    }
    for officer in &answer.officers {
        let (name, position, scope) = (&officer.full_name, &officer.position, words::scope(officer.scope));
        let days = format!("{} – {}", officer.valid_from, officer.valid_to);
        lines.add(
            "Cán bộ / officer",
            &format!("{} {name}, {position}, {scope} ({days})", officer.officer_id),
        );
    }
    for credential in &answer.credentials {
        let (purpose, ends) = (words::purpose(credential.purpose), words::clock(credential.not_after));
        let revoked = credential.revoked_time.map_or("", |_| " – đã thu hồi / revoked");
        let sha256 = fingerprint(credential);
        lines.add(
            "Chứng thư số / certificate",
            &format!("{purpose} {sha256} đến / until {ends}{revoked}"),
        );
    }
    lines.finish()
}
