//! Why a hub did not start, said with the settings of the command line.

use std::io::ErrorKind;
use std::net::SocketAddr;

use sqlx::migrate::MigrateError;

use super::failure::Failure;
use crate::auth::trust::crl::CrlFault;
use crate::blobs::BlobFault;
use crate::sealing::MalformedMasterKeys;
use crate::server::masters::MastersFault;
use crate::server::start_error::StartError;
use crate::server::tls::{PemInput, TlsConfigError};
use crate::signing::SignerError;
use crate::store::{ConnectError, FileFault, SchemaMismatch};

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let en = error.to_string();
        match error {
            StartError::Database(error) => database(&error),
            StartError::Migrate(error) => migrate(&error),
            StartError::SchemaMismatch(mismatch) => schema(mismatch),
            StartError::OtherHub { owner } => Self::configuration(
                format!(
                    "--hub-id: cơ sở dữ liệu này thuộc cổng {owner}; hãy dùng --hub-id {owner} hoặc cơ sở dữ liệu khác"
                ),
                format!("--hub-id: {en}; use --hub-id {owner} or another database"),
            ),
            StartError::SandboxName { sandbox, hub_id } => Self::configuration(
                format!(
                    "--sandbox: tên của môi trường thử nghiệm bắt đầu bằng `sandbox.`, tên của cổng khác thì không; đang nêu --hub-id {hub_id}, sandbox = {sandbox}"
                ),
                format!("--sandbox, --hub-id: {en}"),
            ),
            StartError::KindsMissing(missing) => Self::configuration(
                format!(
                    "--catalogue: danh mục thiếu loại yêu cầu mà cơ sở dữ liệu đang có: {}; hãy đưa các thư mục đó trở lại",
                    missing.join(", ")
                ),
                format!("--catalogue: {en}; put their folders back"),
            ),
            StartError::Schema(error) => Self::configuration(
                format!(
                    "--database: không đọc được cơ sở dữ liệu ({}); hãy chạy: lienthong migrate --database URL",
                    error.code().as_str()
                ),
                format!("--database: {en} Run: lienthong migrate --database URL"),
            ),
            StartError::Occupied(table) => Self::configuration(
                format!(
                    "--database: cơ sở dữ liệu này không trống (bảng {table}); chỉ nạp vào cơ sở dữ liệu trống, không có gì bị thay đổi"
                ),
                format!("--database: {en}; name an empty one; nothing was changed"),
            ),
            StartError::NotInitialised => Self::configuration(
                "--database: cổng chưa được khởi tạo. Hãy chạy một lần: \
                 lienthong init --database URL --hub-id ID --operator-cert FILE",
                "--database: the hub is not initialised. Run once: \
                 lienthong init --database URL --hub-id ID --operator-cert FILE",
            ),
            StartError::CatalogueFolder { .. } => Self::configuration(
                format!("--catalogue: không đọc được thư mục danh mục: {en}"),
                format!("--catalogue: {en}"),
            ),
            StartError::Documents { place, fault, source } => documents(&place, fault, &source),
            StartError::Masters(fault) => masters(&fault),
            StartError::Signer(error) => signer(&error),
            StartError::SignerNotRegistered(folder) => Self::configuration(
                format!(
                    "--signer: khóa trong {} chưa được đăng ký trong nhật ký này; kiểm tra thư mục, hoặc thêm --new-signer để đăng ký khóa mới",
                    folder.display()
                ),
                format!("--signer: {en}; check the folder, or add --new-signer to register new keys"),
            ),
            StartError::Catalogue(broken) => Self::configuration(
                format!(
                    "--catalogue: danh mục loại yêu cầu có {} lỗi (liệt kê bên dưới)",
                    broken.problems.len()
                ),
                format!("--catalogue: {en}"),
            ),
            StartError::Calendar(_) => Self::configuration(format!("Lịch làm việc không dùng được: {en}"), en),
            StartError::CalendarDays(error) => error.into(),
            StartError::Tls(TlsConfigError::KeyPair(_)) => Self::configuration(
                "--tls-cert, --tls-key: chứng thư số và khóa không đi với nhau; kiểm tra khóa có đúng là của chứng thư số này",
                format!("--tls-cert, --tls-key: {en}; check that the key is this certificate's"),
            ),
            StartError::Tls(TlsConfigError::File { input, path, source }) => {
                Self::file(input_setting(input), &path, &source)
            }
            StartError::Tls(TlsConfigError::Crl { path, fault }) => Self::configuration(
                format!("--client-crl: {}: {}", path.display(), crl_vi(fault)),
                format!("--client-crl: {}: {fault}", path.display()),
            ),
            StartError::Tls(TlsConfigError::CrlMissing) => Self::configuration(
                "--require-crl: một tổ chức cấp chứng thư số trong --client-ca chưa có danh sách thu hồi; hãy thêm --client-crl",
                format!("--require-crl: {en}; add --client-crl"),
            ),
            StartError::Tls(error) => {
                let setting = tls_setting(&error);
                Self::configuration(
                    format!("{setting}: chứng thư số hoặc khóa không dùng được: {en}"),
                    format!("{setting}: {en}"),
                )
            }
            StartError::Listen { address, source } => listen("--listen", address, &source),
            StartError::ListenMetrics { address, source } => listen("--metrics-listen", address, &source),
            StartError::Webhooks(_) => Self::configuration(
                format!("--webhook-ca: không lập được kết nối TLS đến địa chỉ nhận báo: {en}"),
                format!("--webhook-ca: {en}"),
            ),
            StartError::Reflection(_) => Self::failed(format!("Lỗi hệ thống: {en}"), en),
        }
    }
}

/// In both languages.
pub(super) fn masters(fault: &MastersFault) -> Failure {
    let vi = match fault {
        MastersFault::Missing { path, master } => format!(
            "không có tệp {}, trong khi nội dung trong cơ sở dữ liệu được mã hóa bằng khóa chủ {master}; chép tệp khóa chủ \
             từ cổng đầu tiên hoặc từ bản sao lưu",
            path.display()
        ),
        MastersFault::Unknown { master } => format!(
            "nội dung trong cơ sở dữ liệu được mã hóa bằng khóa chủ {master}, không có trong các khóa đã cho; thêm dòng của \
             khóa đó"
        ),
        MastersFault::Malformed { place, fault } => format!(
            "{place}: {}",
            match fault {
                MalformedMasterKeys::Empty => "không có khóa chủ nào".to_owned(),
                MalformedMasterKeys::Line { line } =>
                    format!("dòng {line} không có dạng `lienthong-master-key-v1 ID BASE64` với 32 byte"),
                MalformedMasterKeys::Id { line } =>
                    format!("dòng {line}: mã không đúng với khóa; một trong hai đã bị thay đổi"),
                MalformedMasterKeys::Again { line } => format!("dòng {line} lặp lại một khóa"),
            }
        ),
        MastersFault::Exists(path) => format!(
            "đã có tệp {}, không ghi đè; để thêm khóa mới, dùng lienthong master-keys rotate",
            path.display()
        ),
        MastersFault::File { path, source } => format!("{}: {source}", path.display()),
    };
    let hint = match fault {
        MastersFault::Missing { .. } => "; copy the file of master keys from the first hub, or from its backup",
        MastersFault::Unknown { .. } => "; add its line",
        MastersFault::Exists(_) => "; to add a new key: lienthong master-keys rotate",
        MastersFault::Malformed { .. } | MastersFault::File { .. } => "",
    };
    Failure::configuration(format!("--master-keys: {vi}"), format!("--master-keys: {fault}{hint}"))
}

fn signer(error: &SignerError) -> Failure {
    let vi = match error {
        SignerError::Missing(folder) => format!(
            "không có khóa ký nhật ký trong {}; kiểm tra thư mục, hoặc thêm --new-signer để tạo và đăng ký khóa mới",
            folder.display()
        ),
        SignerError::Exists(folder) => format!("đã có khóa ký nhật ký trong {}", folder.display()),
        SignerError::InUse(folder) => format!(
            "khóa ký nhật ký trong {} đang được một cổng khác dùng; mỗi cổng một thư mục riêng",
            folder.display()
        ),
        SignerError::Damaged { path, .. } => format!("{} bị hỏng; phục hồi tệp này, không tạo lại", path.display()),
        SignerError::File { path, source } => format!("{}: {source}", path.display()),
    };
    let hint = match error {
        SignerError::Missing(_) => "; check the folder, or add --new-signer to make keys and register them",
        SignerError::InUse(_) => "; each hub needs a folder of its own",
        SignerError::Exists(_) | SignerError::Damaged { .. } | SignerError::File { .. } => "",
    };
    Failure::configuration(format!("--signer: {vi}"), format!("--signer: {error}{hint}"))
}

fn documents(path: &str, fault: BlobFault, error: &std::io::Error) -> Failure {
    let (vi, en) = match fault {
        BlobFault::NotMade => (
            format!("không tạo được thư mục {path}: kiểm tra đường dẫn và quyền"),
            format!("the folder {path} cannot be made: check the path and the permissions"),
        ),
        BlobFault::NotAFolder => (
            format!("{path} không phải là thư mục"),
            format!("{path} is not a folder"),
        ),
        BlobFault::NotWritable => (
            format!("không ghi được vào thư mục {path}: kiểm tra quyền và dung lượng đĩa"),
            format!("the folder {path} cannot be written: check the permissions and the disk's free space"),
        ),
        BlobFault::Bucket => {
            return Failure::configuration(
                format!(
                    "--documents-bucket: không ghi được vào kho {path}: kiểm tra địa chỉ, mạng, AWS_ACCESS_KEY_ID và \
                     AWS_SECRET_ACCESS_KEY ({error})"
                ),
                format!(
                    "--documents-bucket: the bucket {path} cannot be written: check the address, the network, \
                     AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY ({error})"
                ),
            );
        }
    };
    Failure::configuration(
        format!("--documents: {vi} ({error})"),
        format!("--documents: {en} ({error})"),
    )
}

fn database(error: &ConnectError) -> Failure {
    let en = format!("--database: {error}");
    match error {
        ConnectError::Url => Failure::configuration(
            "--database: cần sqlite:ĐƯỜNG_DẪN hoặc postgres://NGƯỜI_DÙNG@MÁY/TÊN",
            en,
        ),
        ConnectError::SqlitePath => Failure::configuration(
            "--database: sau sqlite: chỉ viết đường dẫn, không có ? và tham số; không dùng được cơ sở dữ liệu trong bộ nhớ",
            en,
        ),
        ConnectError::PostgresUrl(cause) => Failure::configuration(
            format!("--database: không đọc được địa chỉ PostgreSQL: {cause}; ví dụ: postgres://hub@localhost:5432/hub"),
            format!("{en}; for example: postgres://hub@localhost:5432/hub"),
        ),
        ConnectError::File { path, fault } => file(&path.display().to_string(), *fault),
        ConnectError::NoAnswer => Failure::failed(
            format!("--database: PostgreSQL không trả lời; {POSTGRES_VI}"),
            format!("{en}; {POSTGRES_EN}"),
        ),
        ConnectError::Open(cause) => sql(cause),
        ConnectError::Unsafe { name, value, wanted } => Failure::configuration(
            format!("--database: thiết đặt không an toàn: {name} là {value}, phải là {wanted}"),
            en,
        ),
        ConnectError::InUse(path) => Failure::failed(
            format!(
                "--database: tệp {} đang được một tiến trình khác sử dụng; hãy dừng tiến trình đó (một lệnh lienthong khác \
                 đang chạy) rồi thử lại. Nhiều cổng dùng chung thì cần PostgreSQL.",
                path.display()
            ),
            format!("{en}; stop it (another lienthong is running), then try again. Several hubs need PostgreSQL."),
        ),
        ConnectError::Lock { path, source } => Failure::file("--database", path, source),
    }
}

const POSTGRES_VI: &str =
    "hãy kiểm tra PostgreSQL có đang chạy, tên máy, cổng, tên cơ sở dữ liệu, người dùng và mật khẩu";
const POSTGRES_EN: &str = "check that PostgreSQL is running, and host, port, name of the database, user and password";

fn file(path: &str, fault: FileFault) -> Failure {
    let (vi, en) = match fault {
        FileFault::Missing => (
            format!("không có tệp {path}: kiểm tra đường dẫn, hoặc chạy lienthong init"),
            format!("there is no file {path}: check the path, or run lienthong init"),
        ),
        FileFault::NoFolder => (
            format!("thư mục chứa tệp {path} chưa có: kiểm tra đường dẫn, hoặc tạo thư mục trước"),
            format!("the folder of {path} does not exist: check the path, or make the folder first"),
        ),
        FileFault::NotAFile => (
            format!("{path} không phải là tệp; cần đường dẫn của một tệp, ví dụ sqlite:hub.db"),
            format!("{path} is not a file; name one, for example sqlite:hub.db"),
        ),
        FileFault::SeveralNames => (
            format!("tệp {path} có nhiều tên (liên kết cứng); chỉ giữ một tên rồi chạy lại"),
            format!("the file {path} has several names (hard links); keep one and run again"),
        ),
        FileFault::ReadOnly => (
            format!("không ghi được tệp {path}: kiểm tra quyền của tệp và của thư mục"),
            format!("the file {path} cannot be written: check the permissions of the file and its folder"),
        ),
    };
    Failure::configuration(format!("--database: {vi}"), format!("--database: {en}"))
}

/// What the database itself says, where it is known what to do about it.
fn sql(error: &sqlx::Error) -> Failure {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .unwrap_or_default();
    // SQLite: the lower byte of the number says what; PostgreSQL: five characters.
    let sqlite = code
        .parse::<u32>()
        .ok()
        .filter(|_| code.len() != 5)
        .map(|code| code % 256);
    let advice = match sqlite {
        Some(26) => Some((
            "tệp này không phải cơ sở dữ liệu SQLite; kiểm tra đường dẫn",
            "the file is not a SQLite database; check the path",
        )),
        Some(8) => Some((
            "không ghi được cơ sở dữ liệu; kiểm tra quyền của tệp và thư mục",
            "the database cannot be written; check the permissions of the file and its folder",
        )),
        Some(14) => Some((
            "không mở được tệp; kiểm tra đường dẫn và quyền",
            "the file cannot be opened; check the path and the permissions",
        )),
        _ if code.starts_with("28") || code.starts_with("3D") => Some((POSTGRES_VI, POSTGRES_EN)),
        _ => None,
    };
    match advice {
        Some((vi, en)) => Failure::configuration(
            format!("--database: không dùng được cơ sở dữ liệu: {vi} ({error})"),
            format!("--database: the database cannot be used: {en} ({error})"),
        ),
        None if sqlite.is_some() => Failure::failed(
            format!("--database: không mở được cơ sở dữ liệu: {error}"),
            format!("--database: the database cannot be opened: {error}"),
        ),
        None => Failure::failed(
            format!("--database: không kết nối được PostgreSQL: {error}; {POSTGRES_VI}"),
            format!("--database: PostgreSQL cannot be reached: {error}; {POSTGRES_EN}"),
        ),
    }
}

fn schema(mismatch: SchemaMismatch) -> Failure {
    let vi = match mismatch {
        SchemaMismatch::Older(_) => {
            "cấu trúc cơ sở dữ liệu cũ hơn chương trình này; hãy chạy: lienthong migrate --database URL"
        }
        SchemaMismatch::Newer(_) => {
            "cấu trúc cơ sở dữ liệu mới hơn chương trình này; hãy dùng bản lienthong mới hơn (lienthong migrate không hạ cấp)"
        }
        SchemaMismatch::Different(_) => {
            "cấu trúc cơ sở dữ liệu không đúng với chương trình này; xem kết quả của: lienthong migrate --database URL"
        }
    };
    let advice = match mismatch {
        SchemaMismatch::Older(_) => "run: lienthong migrate --database URL",
        SchemaMismatch::Newer(_) => "use a newer lienthong (lienthong migrate does not go back)",
        SchemaMismatch::Different(_) => "see what this says: lienthong migrate --database URL",
    };
    Failure::configuration(format!("--database: {vi}"), format!("--database: {mismatch}; {advice}"))
}

fn migrate(error: &MigrateError) -> Failure {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the driver's enum is open")]
    match error {
        MigrateError::VersionMissing(version) => schema(SchemaMismatch::Newer(*version)),
        MigrateError::Execute(error) if error.as_database_error().is_some() => sql(error),
        error => Failure::failed(
            format!("--database: không nâng cấp được cấu trúc cơ sở dữ liệu: {error}"),
            format!("--database: the schema cannot be brought up to date: {error}"),
        ),
    }
}

fn listen(setting: &str, address: SocketAddr, error: &std::io::Error) -> Failure {
    let vi = format!("{setting}: không mở được cổng mạng {address}");
    let en = format!("{setting}: cannot listen on {address}");
    #[expect(clippy::wildcard_enum_match_arm, reason = "the standard library's enum is open")]
    match error.kind() {
        ErrorKind::AddrInUse => Failure::failed(
            format!("{vi}: cổng mạng đang được dùng; hãy dừng chương trình đang dùng hoặc chọn số khác"),
            format!("{en}: the port is in use; stop who uses it or choose another"),
        ),
        ErrorKind::AddrNotAvailable => Failure::configuration(
            format!("{vi}: máy này không có địa chỉ đó; ví dụ: 127.0.0.1:8443 hoặc 0.0.0.0:8443"),
            format!("{en}: this machine has no such address; for example: 127.0.0.1:8443 or 0.0.0.0:8443"),
        ),
        ErrorKind::PermissionDenied => Failure::configuration(
            format!("{vi}: không có quyền; chọn số từ 1024 trở lên, ví dụ 127.0.0.1:8443"),
            format!("{en}: not permitted; choose a port from 1024 on, for example 127.0.0.1:8443"),
        ),
        _ => Failure::configuration(format!("{vi}: {error}"), format!("{en}: {error}")),
    }
}

fn tls_setting(error: &TlsConfigError) -> &'static str {
    match error {
        TlsConfigError::Pem { input, .. } | TlsConfigError::Empty { input } | TlsConfigError::File { input, .. } => {
            input_setting(*input)
        }
        TlsConfigError::Crl { .. } => "--client-crl",
        TlsConfigError::CrlMissing => "--require-crl",
        TlsConfigError::ClientCa(_) | TlsConfigError::Verifier(_) => "--client-ca",
        TlsConfigError::Expired { .. } | TlsConfigError::NotYetValid { .. } | TlsConfigError::NotForServers => {
            "--tls-cert"
        }
        TlsConfigError::KeyPair(_) => "--tls-cert, --tls-key",
        TlsConfigError::Version(_) => "TLS",
    }
}

fn input_setting(input: PemInput) -> &'static str {
    match input {
        PemInput::Certificate => "--tls-cert",
        PemInput::Key => "--tls-key",
        PemInput::ClientCa => "--client-ca",
        PemInput::ClientCrl => "--client-crl",
    }
}

fn crl_vi(fault: CrlFault) -> &'static str {
    match fault {
        CrlFault::Unreadable => "không đọc được tệp",
        CrlFault::TooLarge => "tệp lớn hơn 16 MiB, là mức mà nhật ký giữ",
        CrlFault::NotACrl => "không phải danh sách thu hồi chứng thư số (PEM hoặc DER)",
        CrlFault::IssuerUnknown => "tổ chức phát hành danh sách không có trong --client-ca",
        CrlFault::BadSignature => "chữ ký của danh sách không đúng hoặc dùng thuật toán không được chấp nhận",
        CrlFault::Partial => "danh sách chỉ là một phần; cần danh sách đầy đủ",
        CrlFault::NoNextUpdate => "danh sách không nêu ngày phát hành kế tiếp (nextUpdate)",
        CrlFault::Expired => "danh sách đã hết hạn; hãy tải bản mới",
        CrlFault::NotYetValid => "danh sách chưa có hiệu lực; kiểm tra đồng hồ",
        CrlFault::Older => "danh sách cũ hơn một danh sách khác đã nêu",
    }
}
