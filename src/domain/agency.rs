//! Agencies, their units, officers and credentials. Agencies are data, not code.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::error::{Error, ErrorCode, Result};
use super::ids::{AgencyCode, OfficerId, UnitId};
use super::macros::text_enum;
use super::time::Timestamp;

text_enum! {
    /// What an agency is (GLOSSARY, parties). Kinds name the roles that may send and receive them.
    pub enum Role {
        /// Tòa án nhân dân.
        Court => "COURT",
        /// Viện kiểm sát nhân dân.
        Procuracy => "PROCURACY",
        /// Cơ quan Công an.
        Police => "POLICE",
        /// Cơ quan thi hành án dân sự tỉnh, thành phố.
        Enforcement => "ENFORCEMENT",
        /// Cục Quản lý thi hành án dân sự.
        EnforcementAdmin => "ENFORCEMENT_ADMIN",
        /// Văn phòng thi hành án dân sự.
        BailiffOffice => "BAILIFF_OFFICE",
        /// Tổ chức tín dụng, chi nhánh ngân hàng nước ngoài.
        Bank => "BANK",
        /// Ngân hàng Nhà nước Việt Nam.
        StateBank => "STATE_BANK",
        /// Kho bạc Nhà nước.
        Treasury => "TREASURY",
        /// Bảo hiểm xã hội.
        SocialInsurance => "SOCIAL_INSURANCE",
        /// Cơ quan, tổ chức, người sử dụng lao động trả thu nhập.
        IncomePayer => "INCOME_PAYER",
        /// Văn phòng đăng ký đất đai.
        LandOffice => "LAND_OFFICE",
        /// Tổng công ty Lưu ký và Bù trừ chứng khoán Việt Nam.
        SecuritiesDepository => "SECURITIES_DEPOSITORY",
        /// Cơ quan quản lý xuất nhập cảnh.
        Immigration => "IMMIGRATION",
        /// Trại giam, trại tạm giam, cơ quan thi hành án hình sự công an cấp tỉnh.
        Prison => "PRISON",
        /// Cơ quan thuế.
        Tax => "TAX",
        /// Ủy ban nhân dân.
        PeoplesCommittee => "PEOPLES_COMMITTEE",
        /// Ban Chỉ đạo thi hành án dân sự cấp tỉnh.
        SteeringCommittee => "STEERING_COMMITTEE",
        /// Mặt trận Tổ quốc Việt Nam.
        FatherlandFront => "FATHERLAND_FRONT",
        /// The hub's operator.
        Operator => "OPERATOR",
    }
}

impl Role {
    /// Who enforces judgments and has cases.
    pub const WITH_CASES: [Self; 2] = [Self::Enforcement, Self::BailiffOffice];

    /// The label on pages (GLOSSARY, parties).
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Court => "Tòa án nhân dân",
            Self::Procuracy => "Viện kiểm sát nhân dân",
            Self::Police => "Cơ quan Công an",
            Self::Enforcement => "Cơ quan thi hành án dân sự tỉnh, thành phố",
            Self::EnforcementAdmin => "Cục Quản lý thi hành án dân sự",
            Self::BailiffOffice => "Văn phòng thi hành án dân sự",
            Self::Bank => "Tổ chức tín dụng, chi nhánh ngân hàng nước ngoài",
            Self::StateBank => "Ngân hàng Nhà nước Việt Nam",
            Self::Treasury => "Kho bạc Nhà nước",
            Self::SocialInsurance => "Bảo hiểm xã hội",
            Self::IncomePayer => "Cơ quan, tổ chức, người sử dụng lao động trả thu nhập",
            Self::LandOffice => "Văn phòng đăng ký đất đai",
            Self::SecuritiesDepository => "Tổng công ty Lưu ký và Bù trừ chứng khoán Việt Nam",
            Self::Immigration => "Cơ quan quản lý xuất nhập cảnh",
            Self::Prison => "Trại giam, trại tạm giam, cơ quan thi hành án hình sự công an cấp tỉnh",
            Self::Tax => "Cơ quan thuế",
            Self::PeoplesCommittee => "Ủy ban nhân dân",
            Self::SteeringCommittee => "Ban Chỉ đạo thi hành án dân sự cấp tỉnh",
            Self::FatherlandFront => "Mặt trận Tổ quốc Việt Nam",
            Self::Operator => "Đơn vị vận hành",
        }
    }
}

text_enum! {
    /// How an agency is reached.
    pub enum Channel {
        /// Through the hub.
        Digital => "DIGITAL",
        /// On paper: not connected yet.
        Paper => "PAPER",
    }
}

text_enum! {
    /// What a certificate is registered for.
    pub enum Purpose {
        /// The client certificate of connections.
        Tls => "TLS",
        /// The key that signs tokens.
        Token => "TOKEN",
        /// The agency's seal on documents.
        Seal => "SEAL",
        /// An officer's own signature on documents.
        Officer => "OFFICER",
    }
}

text_enum! {
    /// How far an officer's rights go within the agency, the narrowest first.
    pub enum Scope {
        /// What the officer sent or was assigned.
        Own => "OWN",
        /// That, and what the officer's unit sent or was assigned.
        Unit => "UNIT",
        /// Everything of the agency, its mailbox and its administration.
        All => "ALL",
    }
}

impl Scope {
    /// The label on pages.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Own => "việc của mình",
            Self::Unit => "việc của đơn vị",
            Self::All => "toàn cơ quan",
        }
    }

    /// Whether it is at least `least`.
    ///
    /// # Errors
    /// `OFFICER_SCOPE_TOO_NARROW`, naming both.
    pub fn require(self, least: Self) -> Result<()> {
        if self >= least {
            return Ok(());
        }
        let (own, needed) = (self.label_vi(), least.label_vi());
        Err(Error::new(ErrorCode::OfficerScopeTooNarrow)
            .with("scope", self.as_str())
            .with("needed", least.as_str())
            .with_detail(
                format!("Phạm vi quyền của cán bộ là “{own}”; việc này cần “{needed}”."),
                format!("The officer's scope is {self}; this needs {least}."),
            ))
    }

    /// What an officer has of whom nothing else is said: those registered before there were scopes.
    const fn unstated() -> Self {
        Self::All
    }

    /// Whether it need not be said. What says nothing of it is as it was before there were scopes, digests too.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
    const fn is_unstated(&self) -> bool {
        matches!(self, Self::All)
    }
}

/// An agency (cơ quan, tổ chức).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agency {
    /// The official code; the identity everywhere.
    pub code: AgencyCode,
    /// What it is.
    pub role: Role,
    /// Vietnamese name.
    pub name: String,
    /// English name, may be empty.
    pub name_en: String,
    /// Province code after 01/07/2025, two digits, or empty.
    pub province_code: String,
    /// Commune code, five digits, or empty.
    pub commune_code: String,
    /// The superior agency.
    pub parent: Option<AgencyCode>,
    /// The agency that took over.
    pub successor: Option<AgencyCode>,
    /// How it is reached.
    pub channel: Channel,
    /// Whether the operator has suspended it.
    pub suspended: bool,
    /// Former names, dated.
    pub aliases: Vec<Alias>,
    /// Its units.
    pub units: Vec<Unit>,
    /// The provinces (2 digits) and communes (5 digits) that it is competent for; empty: not stated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub territory: Vec<String>,
}

/// A name that an agency had for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// The name as printed on old documents.
    pub name: String,
    /// First day.
    pub valid_from: Option<Date>,
    /// Last day.
    pub valid_to: Option<Date>,
}

/// A unit inside an agency (đơn vị): branch, regional office, desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Its id, unique in the agency.
    pub id: UnitId,
    /// Vietnamese name.
    pub name: String,
    /// The provinces and communes that it deals with; empty: not stated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub territory: Vec<String>,
}

/// A registered person of an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    /// The agency.
    pub agency: AgencyCode,
    /// The id, unique in the agency.
    pub id: OfficerId,
    /// Full name as on signed documents.
    pub full_name: String,
    /// Position (chức vụ), for example "Chấp hành viên".
    pub position: String,
    /// The unit, if any.
    pub unit: Option<UnitId>,
    /// First day in office.
    pub valid_from: Date,
    /// Last day in office.
    pub valid_to: Option<Date>,
    /// How far the officer's rights go.
    #[serde(default = "Scope::unstated", skip_serializing_if = "Scope::is_unstated")]
    pub scope: Scope,
}

impl Officer {
    /// Whether the officer is in office on `date` (both ends included).
    pub fn is_in_office(&self, date: Date) -> bool {
        self.valid_from <= date && self.valid_to.is_none_or(|last| date <= last)
    }
}

/// A certificate registered to an agency for one purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The agency.
    pub agency: AgencyCode,
    /// SHA-256 of the certificate's DER: its identity, and the `kid` of tokens in base64url.
    pub fingerprint: [u8; 32],
    /// What it is for.
    pub purpose: Purpose,
    /// The officer whose own it is; only for [`Purpose::Officer`].
    pub officer: Option<OfficerId>,
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// Start of validity in the certificate.
    pub not_before: Timestamp,
    /// End of validity in the certificate.
    pub not_after: Timestamp,
    /// When the hub took it in.
    pub registered_time: Timestamp,
    /// When it was revoked.
    pub revoked_time: Option<Timestamp>,
}

impl Credential {
    /// Whether it may be used at `now`.
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.revoked_time.is_none() && self.not_before <= now && now <= self.not_after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE_SCOPES: &str = r#"{"agency":"A","id":"an","full_name":"An","position":"P","unit":null,"valid_from":"2026-01-01","valid_to":null}"#;

    #[test]
    fn an_officer_of_before_scopes_has_all_of_the_agency_and_is_written_as_before() {
        let officer: Officer = serde_json::from_str(BEFORE_SCOPES).unwrap();
        assert_eq!(officer.scope, Scope::All);
        assert_eq!(serde_json::to_string(&officer).unwrap(), BEFORE_SCOPES);
    }

    #[test]
    fn a_narrower_scope_is_said_and_comes_back() {
        let whole: Officer = serde_json::from_str(BEFORE_SCOPES).unwrap();
        for scope in [Scope::Own, Scope::Unit] {
            let officer = Officer { scope, ..whole.clone() };
            let text = serde_json::to_string(&officer).unwrap();
            assert!(text.contains(scope.as_str()), "{text}");
            assert_eq!(serde_json::from_str::<Officer>(&text).unwrap(), officer);
        }
        assert!(
            Scope::Own < Scope::Unit && Scope::Unit < Scope::All,
            "the narrowest first"
        );
    }
}
