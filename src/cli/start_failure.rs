//! Why a hub did not start, said with the settings of the command line.

use super::failure::Failure;
use crate::server::start_error::StartError;
use crate::server::tls::{PemInput, TlsConfigError};
use crate::store::ConnectError;

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let en = error.to_string();
        match error {
            StartError::Database(error) => database(&error),
            StartError::Migrate(_) => Self::failed(
                format!("--database: không nâng cấp được cấu trúc cơ sở dữ liệu: {en}"),
                format!("--database: {en}"),
            ),
            StartError::Schema(error) => Self::configuration(
                format!(
                    "--database: không đọc được cơ sở dữ liệu ({}); hãy chạy: lienthong migrate --database URL",
                    error.code().as_str()
                ),
                format!("--database: {en} Run: lienthong migrate --database URL"),
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
            StartError::Catalogue(broken) => Self::configuration(
                format!(
                    "--catalogue: danh mục loại yêu cầu có {} lỗi (liệt kê bên dưới)",
                    broken.problems.len()
                ),
                format!("--catalogue: {en}"),
            ),
            StartError::Calendar(_) => Self::configuration(format!("Lịch làm việc không dùng được: {en}"), en),
            StartError::Tls(error) => {
                let setting = tls_setting(&error);
                Self::configuration(
                    format!("{setting}: chứng thư số hoặc khóa không dùng được: {en}"),
                    format!("{setting}: {en}"),
                )
            }
            StartError::Listen { .. } => Self::configuration(
                format!("--listen: không mở được cổng mạng: {en}"),
                format!("--listen: {en}"),
            ),
            StartError::Reflection(_) => Self::failed(format!("Lỗi hệ thống: {en}"), en),
        }
    }
}

fn database(error: &ConnectError) -> Failure {
    let en = format!("--database: {error}");
    match error {
        ConnectError::Url => Failure::configuration(
            "--database: cần sqlite:ĐƯỜNG_DẪN hoặc postgres://NGƯỜI_DÙNG@MÁY/TÊN",
            en,
        ),
        ConnectError::Open(_) => Failure::failed(format!("--database: không mở được cơ sở dữ liệu: {error}"), en),
        ConnectError::Unsafe { name, value, wanted } => Failure::configuration(
            format!("--database: thiết đặt không an toàn: {name} là {value}, phải là {wanted}"),
            en,
        ),
        ConnectError::InUse(path) => Failure::failed(
            format!(
                "--database: tệp {} đang được một tiến trình khác sử dụng",
                path.display()
            ),
            en,
        ),
        ConnectError::Lock { path, source } => Failure::configuration(
            format!("--database: không mở được tệp khóa {}: {source}", path.display()),
            en,
        ),
    }
}

fn tls_setting(error: &TlsConfigError) -> &'static str {
    match error {
        TlsConfigError::Pem { input, .. } | TlsConfigError::Empty { input } => match input {
            PemInput::Certificate => "--tls-cert",
            PemInput::Key => "--tls-key",
            PemInput::ClientCa => "--client-ca",
        },
        TlsConfigError::ClientCa(_) | TlsConfigError::Verifier(_) => "--client-ca",
        TlsConfigError::KeyPair(_) => "--tls-cert, --tls-key",
        TlsConfigError::Version(_) => "TLS",
    }
}
