//! The agencies of the tests: the same codes and people as in the catalogue's examples, all invented.

use bytes::Bytes;
use lienthong::app::ledger::command::RegistryChange;
use lienthong::app::ledger::{Actor, Command, Operation};
use lienthong::domain::agency::{Agency, Channel, Credential, Officer, Purpose, Role, Scope, Unit};
use lienthong::domain::ids::{AgencyCode, IdempotencyKey, OfficerId, UnitId};

use super::ids::start;

/// An agency of the tests with its one officer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fixture {
    code: &'static str,
    role: Role,
    channel: Channel,
    name: &'static str,
    officer: &'static str,
    full_name: &'static str,
    position: &'static str,
    /// Its province (2 digits), or its commune (5 digits) in province 37.
    place: &'static str,
}

macro_rules! fixtures {
    ($($constant:ident: $code:literal, $role:ident, $channel:ident, $place:literal, $name:literal, $officer:literal,
       $full_name:literal, $position:literal;)+) => {
        $(pub(crate) const $constant: Fixture = Fixture {
            code: $code,
            role: Role::$role,
            channel: Channel::$channel,
            name: $name,
            officer: $officer,
            full_name: $full_name,
            position: $position,
            place: $place,
        };)+

        /// Every agency, the operator first.
        pub(crate) const ALL: &[Fixture] = &[$($constant),+];
    };
}

fixtures! {
    OPERATOR: "GIA-LAP.CONG.00", Operator, Digital, "01", "Đơn vị vận hành cổng giả lập",
        "vh.le.van.mau", "Lê Văn Mẫu", "Quản trị hệ thống";
    THADS: "GIA-LAP.THADS.01", Enforcement, Digital, "01", "Thi hành án dân sự thành phố Giả Lập",
        "chv.tran.thi.lap", "Trần Thị Lập", "Chấp hành viên";
    BANK: "GIA-LAP.NH.970999", Bank, Digital, "01", "Ngân hàng thương mại cổ phần Giả Lập",
        "nh.vu.thi.thu", "Vũ Thị Thử", "Giám đốc chi nhánh";
    BANK_2: "GIA-LAP.NH.970998", Bank, Digital, "01", "Ngân hàng thương mại cổ phần Thử Nghiệm",
        "nh.do.van.thu", "Đỗ Văn Thử", "Giám đốc chi nhánh";
    LAND_OFFICE: "GIA-LAP.VPDKDD.01", LandOffice, Digital, "01", "Văn phòng đăng ký đất đai Giả Lập",
        "dd.pham.van.ao", "Phạm Văn Ảo", "Giám đốc";
    PROCURACY: "GIA-LAP.VKS.01", Procuracy, Digital, "01", "Viện kiểm sát nhân dân khu vực Giả Lập",
        "ks.hoang.thi.vi.du", "Hoàng Thị Ví Dụ", "Kiểm sát viên";
    PAPER_BANK: "GIA-LAP.NH.970997", Bank, Paper, "01", "Ngân hàng thương mại cổ phần Chưa Kết Nối",
        "nh.ngo.van.giay", "Ngô Văn Giấy", "Giám đốc chi nhánh";
    THADS_37: "GIA-LAP.THADS.37", Enforcement, Digital, "37", "Thi hành án dân sự tỉnh Ninh Bình (giả lập)",
        "tt.dinh.van.truong", "Đinh Văn Trưởng", "Chấp hành viên trưởng";
    COURT_37: "GIA-LAP.TAND.37.1", Court, Digital, "37", "Tòa án nhân dân khu vực 1 - Ninh Bình (giả lập)",
        "tp.hoang.thi.vi", "Hoàng Thị Ví", "Thẩm phán";
    PROCURACY_37: "GIA-LAP.VKS.37.1", Procuracy, Digital, "37", "Viện kiểm sát nhân dân khu vực 1 - Ninh Bình (giả lập)",
        "ks.bui.thi.tuong", "Bùi Thị Tưởng", "Kiểm sát viên";
    LAND_37: "GIA-LAP.VPDKDD.37", LandOffice, Digital, "37", "Văn phòng đăng ký đất đai tỉnh Ninh Bình (giả lập)",
        "vp.le.van.mau", "Lê Văn Mẫu", "Giám đốc";
    POLICE_PHU_LY: "GIA-LAP.CA.13285", Police, Digital, "13285", "Công an phường Phủ Lý (giả lập)",
        "ca.bui.van.phong", "Bùi Văn Phỏng", "Trưởng Công an phường";
    POLICE_HOA_LU: "GIA-LAP.CA.14329", Police, Digital, "14329", "Công an phường Hoa Lư (giả lập)",
        "ca.ly.van.gia", "Lý Văn Giả", "Trưởng Công an phường";
    INSURANCE_37: "GIA-LAP.BHXH.37", SocialInsurance, Digital, "37", "Bảo hiểm xã hội tỉnh Ninh Bình (giả lập)",
        "bh.mai.thi.thu", "Mai Thị Thử", "Giám đốc";
    PAYER_37: "GIA-LAP.DN.0100109106", IncomePayer, Digital, "37", "Công ty Giả Lập",
        "dn.cao.van.thu", "Cao Văn Thử", "Giám đốc";
    UBND_PHU_LY: "GIA-LAP.UBND.13285", PeoplesCommittee, Digital, "13285", "Ủy ban nhân dân phường Phủ Lý (giả lập)",
        "ubnd.do.thi.mau", "Đỗ Thị Mẫu", "Phó Chủ tịch Ủy ban nhân dân phường";
    UBND_HOA_LU: "GIA-LAP.UBND.14329", PeoplesCommittee, Digital, "14329", "Ủy ban nhân dân phường Hoa Lư (giả lập)",
        "ubnd.dinh.van.pho", "Đinh Văn Phó", "Phó Chủ tịch Ủy ban nhân dân phường";
    DEPOSITORY: "GIA-LAP.VSDC", SecuritiesDepository, Digital, "01", "Tổng công ty lưu ký chứng khoán Giả Lập",
        "vsdc.pham.thi.mau", "Phạm Thị Mẫu", "Phó Tổng Giám đốc";
    IMMIGRATION: "GIA-LAP.XNC.01", Immigration, Digital, "01", "Cục Quản lý xuất nhập cảnh Giả Lập",
        "xnc.le.van.mau", "Lê Văn Mẫu", "Phó Cục trưởng";
    POLICE_37: "GIA-LAP.CA.37", Police, Digital, "37", "Công an tỉnh Ninh Bình (giả lập)",
        "csgt.do.van.bien", "Đỗ Văn Biển", "Phó Trưởng phòng";
    TAX_37: "GIA-LAP.THUE.37", Tax, Digital, "37", "Thuế tỉnh Ninh Bình (giả lập)",
        "thue.le.thi.tinh", "Lê Thị Tính", "Phó Trưởng Thuế tỉnh";
    PRISON_37: "GIA-LAP.TG.37", Prison, Digital, "37", "Trại giam Giả Lập",
        "tg.vu.van.trai", "Vũ Văn Trại", "Phó Giám thị";
    BAILIFF_37: "GIA-LAP.VPTHADS.37", BailiffOffice, Digital, "37", "Văn phòng thi hành án dân sự Giả Lập",
        "thv.pham.van.hanh", "Phạm Văn Hành", "Trưởng Văn phòng";
    ENFORCEMENT_ADMIN: "GIA-LAP.CQLTHADS", EnforcementAdmin, Digital, "01", "Cục Quản lý thi hành án dân sự (giả lập)",
        "ct.le.thi.cuc", "Lê Thị Cục", "Phó Cục trưởng";
    STATE_BANK_37: "GIA-LAP.NHNN.37", StateBank, Digital, "37", "Ngân hàng Nhà nước Khu vực Giả Lập",
        "nhnn.tran.van.gia", "Trần Văn Giả", "Phó Giám đốc";
    TREASURY_37: "GIA-LAP.KBNN.37", Treasury, Digital, "37", "Kho bạc Nhà nước Khu vực Giả Lập",
        "kb.ngo.thi.kho", "Ngô Thị Khố", "Phó Giám đốc";
    UBND_37: "GIA-LAP.UBND.37", PeoplesCommittee, Digital, "37", "Ủy ban nhân dân tỉnh Ninh Bình (giả lập)",
        "ubnd.vu.van.tinh", "Vũ Văn Tỉnh", "Phó Chủ tịch Ủy ban nhân dân tỉnh";
    COMMITTEE_37: "GIA-LAP.BCD.37", SteeringCommittee, Digital, "37", "Ban Chỉ đạo thi hành án dân sự tỉnh Ninh Bình (giả lập)",
        "bcd.do.van.ban", "Đỗ Văn Bạn", "Trưởng ban";
    FATHERLAND_FRONT_37: "GIA-LAP.MTTQ.37", FatherlandFront, Digital, "37", "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh Ninh Bình (giả lập)",
        "mttq.mai.van.mat", "Mai Văn Mật", "Phó Chủ tịch";
}

/// The agency with this code.
pub(crate) fn fixture(code: &AgencyCode) -> Fixture {
    *ALL.iter()
        .find(|fixture| fixture.code == code.as_str())
        .expect("an agency of the tests")
}

impl Fixture {
    /// An invented agency beside those of [`ALL`], with an officer `truong`.
    pub(crate) const fn another(code: &'static str, role: Role, place: &'static str) -> Self {
        Self {
            code,
            role,
            channel: Channel::Digital,
            name: "Cơ quan giám sát (giả lập)",
            officer: "truong",
            full_name: "Tô Thị Trưởng",
            position: "Trưởng phòng",
            place,
        }
    }

    pub(crate) fn code_text(self) -> &'static str {
        self.code
    }

    pub(crate) fn code(self) -> AgencyCode {
        AgencyCode::parse(self.code).expect("a code")
    }

    pub(crate) fn officer_id(self) -> OfficerId {
        OfficerId::parse(self.officer).expect("an officer id")
    }

    /// The same agency, its officer under another full name.
    pub(crate) fn whose_officer_is(self, full_name: String) -> Self {
        Self {
            full_name: full_name.leak(),
            ..self
        }
    }

    /// Another agency of the same role, in another province, with an officer of its own.
    pub(crate) fn stranger(self) -> Self {
        Self {
            code: format!("GIA-LAP.LA.{}", self.code.trim_start_matches("GIA-LAP.")).leak(),
            name: "Cơ quan khác (giả lập)",
            officer: "nguoi.la",
            full_name: "Hồ Thị Lạ",
            place: "79",
            ..self
        }
    }

    pub(crate) fn full_name(self) -> &'static str {
        self.full_name
    }

    pub(crate) fn position(self) -> &'static str {
        self.position
    }

    pub(crate) fn officer_text(self) -> &'static str {
        self.officer
    }

    pub(crate) fn actor(self) -> Actor {
        Actor {
            agency: self.code(),
            officer: self.officer_id(),
        }
    }

    pub(crate) fn is_digital(self) -> bool {
        self.channel == Channel::Digital
    }

    pub(crate) fn agency(self) -> Agency {
        Agency {
            code: self.code(),
            role: self.role,
            name: self.name.to_owned(),
            name_en: String::new(),
            province_code: if self.place.len() == 2 { self.place } else { "37" }.to_owned(),
            commune_code: if self.place.len() == 5 { self.place } else { "" }.to_owned(),
            parent: None,
            successor: None,
            channel: self.channel,
            suspended: false,
            aliases: Vec::new(),
            units: vec![Unit {
                id: UnitId::parse("pgd.hoan-kiem").expect("a unit id"),
                name: "Phòng 1".to_owned(),
                territory: Vec::new(),
            }],
            territory: Vec::new(),
        }
    }

    pub(crate) fn officer(self) -> Officer {
        Officer {
            agency: self.code(),
            id: self.officer_id(),
            full_name: self.full_name.to_owned(),
            position: self.position.to_owned(),
            unit: None,
            valid_from: jiff::civil::date(2026, 1, 1),
            valid_to: None,
            scope: Scope::All,
        }
    }

    /// Credentials that no key stands behind: for tests that never open a connection.
    pub(crate) fn paper_credentials(self) -> Vec<Credential> {
        if !self.is_digital() {
            return Vec::new();
        }
        let fingerprint = lienthong::evidence::digest::sha256(self.code.as_bytes());
        let credential = |purpose| Credential {
            agency: self.code(),
            fingerprint,
            purpose,
            officer: None,
            certificate: self.code.as_bytes().to_vec(),
            not_before: start().plus_hours(-24),
            not_after: start().plus_hours(24 * 365),
            registered_time: start(),
            revoked_time: None,
        };
        vec![credential(Purpose::Tls), credential(Purpose::Token)]
    }

    /// The command that registers it.
    pub(crate) fn registration(self, credentials: Vec<Credential>) -> Command {
        self.registration_of(self.officer(), credentials)
    }

    /// The same with an officer who has been there for so long that what he did may be forgotten.
    pub(crate) fn registration_of_old(self, credentials: Vec<Credential>) -> Command {
        let officer = Officer {
            valid_from: jiff::civil::date(2000, 1, 1),
            ..self.officer()
        };
        self.registration_of(officer, credentials)
    }

    fn registration_of(self, officer: Officer, credentials: Vec<Credential>) -> Command {
        let change = if self.role == Role::Operator {
            RegistryChange::Init {
                agency: self.agency(),
                officer,
                credentials,
            }
        } else {
            let officer = self.is_digital().then_some(officer);
            RegistryChange::CreateAgency {
                agency: self.agency(),
                officer,
                credentials,
            }
        };
        registry_command(&format!("fixture:{}", self.code), change)
    }
}

/// A change of the registry that the operator asks for.
pub(crate) fn registry_command(key: &str, change: RegistryChange) -> Command {
    Command::new(
        OPERATOR.actor(),
        IdempotencyKey::parse(key).expect("a key"),
        "application/protobuf",
        Bytes::from(format!("{key} {change:?}")),
        Operation::Registry(Box::new(change)),
    )
}
