//! Every setting of `lienthong serve`, in the order of the example.

use super::fault::Words;
use super::setting::{Field, Kind, Setting, WhenSilent, Whole};

/// Seconds, or pieces.
const ONE: u64 = 1;
const KIB: u64 = 1_024;
const MIB: u64 = 1_024 * 1_024;
const HOUR: u64 = 3_600;

/// A whole number in a range that sets one limit, counted in the unit of its name.
macro_rules! whole {
    ($least:literal..=$most:literal, $unit:ident, $($field:ident).+) => {
        Kind::Whole(Whole {
            least: $least,
            most: $most,
            get: |limits| limits.$($field).+.read($unit),
            set: |limits, value| limits.$($field).+.write(value, $unit),
        })
    };
}

macro_rules! settings {
    ($($section:literal: {
        $($name:literal, $id:literal, $kind:expr, $default:expr, $example:literal, $vi:literal, $en:literal;)+
    })+) => {
        /// Every setting.
        pub(super) const SETTINGS: &[Setting] = &[$($(Setting {
            section: $section,
            name: $name,
            id: $id,
            kind: $kind,
            default: $default,
            example: $example,
            about: Words::fixed($vi, $en),
        },)+)+];
    };
}

/// The tables of the file, and what they are about.
pub(super) const SECTIONS: &[(&str, &str)] = &[
    ("hub", "Cổng / the hub"),
    ("database", "Cơ sở dữ liệu / database"),
    ("tls", "Chứng thư số và khóa / certificates and key"),
    ("signer", "Khóa ký nhật ký / keys that sign the log"),
    ("content", "Khóa chủ của nội dung / master keys of content"),
    ("documents", "Tài liệu kèm theo / attached documents"),
    ("catalogue", "Danh mục loại yêu cầu / catalogue of kinds"),
    ("metrics", "Số đo và trạng thái / metrics and health"),
    ("log", "Nhật ký kỹ thuật / log"),
    ("traces", "Vết lệnh gọi (OTLP) / traces of calls"),
    ("webhooks", "Gọi địa chỉ nhận báo / webhooks"),
    (
        "limits",
        "Giới hạn kết nối và lệnh gọi / limits on connections and calls",
    ),
    ("ledger", "Giới hạn của sổ cái / limits of the ledger"),
];

settings! {
    "hub": {
        "id", "hub_id", Kind::HubId, WhenSilent::Required, "hub.thads.gov.vn",
            "Tên cổng, không bao giờ đổi; là người nhận (aud) của mã truy cập.",
            "The hub's name: the audience (aud) of tokens and the origin of the log. Never change it.";
        "listen", "listen", Kind::Address, WhenSilent::Value("127.0.0.1:8443"), "0.0.0.0:8443",
            "Địa chỉ và cổng mạng mà cổng lắng nghe; cổng mạng 0: chọn số còn trống.",
            "Where the hub listens; port 0 takes a free one, and the line `listening on …` tells which.";
        "sandbox", "sandbox", Kind::Switch, WhenSilent::Value("false"), "false",
            "Môi trường thử nghiệm: cho phép chuyển đồng hồ của cổng đi tới. Tên cổng khi đó phải bắt đầu bằng `sandbox.`; mọi biên nhận \
             và trang in đều ghi rõ.",
            "A hub to try things on, whose clock may be moved ahead. Its id must begin with `sandbox.` then, and that of any other hub \
             must not: every receipt and page says what it is.";
    }
    "database": {
        "url", "database", Kind::DatabaseUrl, WhenSilent::Required, "sqlite:hub.db",
            "sqlite:ĐƯỜNG_DẪN (một máy) hoặc postgres://NGƯỜI_DÙNG@MÁY/TÊN. Mật khẩu nên để ở PGPASSWORD hoặc ~/.pgpass.",
            "sqlite:PATH (one machine, needs no set-up) or postgres://USER@HOST/NAME. A password is better given in \
             PGPASSWORD or ~/.pgpass.";
        "no_migrate", "no_migrate", Kind::Switch, WhenSilent::Value("false"), "false",
            "Không tự nâng cấp cấu trúc cơ sở dữ liệu khi khởi động; cấu trúc cũ thì từ chối chạy.",
            "Leave the schema as it is at the start; refuse to start if it is not up to date.";
    }
    "tls": {
        "cert", "tls_cert", Kind::Path, WhenSilent::Required, "server.pem",
            "Chứng thư số của cổng, kèm các chứng thư trung gian, PEM.",
            "The hub's certificate, followed by intermediate ones, PEM.";
        "key", "tls_key", Kind::Path, WhenSilent::Required, "server.key",
            "Khóa riêng của cổng, PEM; chỉ người dùng chạy cổng được đọc.",
            "Its private key, PEM. Keep it readable for the hub's user alone.";
        "client_ca", "client_ca", Kind::Path, WhenSilent::Required, "ca.pem",
            "Các tổ chức cấp chứng thư số cho các cơ quan, PEM. Chứng thư còn phải được đăng ký mới dùng được.",
            "The CAs that sign clients' certificates, PEM. A certificate must be registered as well before it is of use.";
        "client_crl", "client_crl", Kind::Paths, WhenSilent::None, "ca.crl",
            "Danh sách chứng thư số bị thu hồi (CRL) của các tổ chức trong client_ca, PEM hoặc DER; nhiều tệp thì cách nhau bằng dấu phẩy.",
            "Lists of revoked certificates of authorities in client_ca, PEM or DER, separated by commas. All files of TLS are \
             looked at every second and at SIGHUP; what has changed is taken without a restart.";
        "require_crl", "require_crl", Kind::Switch, WhenSilent::Value("false"), "false",
            "Từ chối chứng thư số của tổ chức không có CRL ở trên.",
            "Refuse certificates whose authority has no list. Otherwise they are taken, and revoked at the hub alone.";
    }
    "signer": {
        "folder", "signer", Kind::Path, WhenSilent::None, "signer",
            "Thư mục giữ khóa ký nhật ký của riêng cổng này và phần đã ký; không sao chép cho cổng khác, không phục hồi bản \
             cũ. Với SQLite, mặc định là TỆP.signer cạnh tệp; với PostgreSQL phải nêu.",
            "The keys with which this hub alone signs the log, and what it has signed. Never give it to a second hub, never put an \
             older copy back. Default with SQLite: FILE.signer beside the file. Required with PostgreSQL.";
        "new", "new_signer", Kind::Switch, WhenSilent::Value("false"), "false",
            "Tạo khóa mới và đăng ký vào nhật ký nếu thư mục trên chưa có khóa: cho cổng thứ hai, hoặc khi mất khóa cũ.",
            "Make keys and register them in the log if the folder has none: for a second hub, or after the loss of the old ones.";
    }
    "content": {
        "master_keys", "master_keys", Kind::Path, WhenSilent::None, "master.keys",
            "Tệp khóa chủ: mở và mã hóa nội dung; mất tệp này là mất nội dung. Các cổng dùng chung cơ sở dữ liệu có cùng \
             khóa chủ; sao lưu riêng, không để cùng cơ sở dữ liệu. Với SQLite, mặc định là TỆP.master-keys; với PostgreSQL phải nêu. \
             Nếu có LIENTHONG_CONTENT_KEYS thì dùng nội dung của biến này.",
            "The file of master keys, which open and seal content: without it content is lost. Hubs that share a database have \
             the same; back it up apart from the database. Default with SQLite: FILE.master-keys. Required with PostgreSQL. If \
             LIENTHONG_CONTENT_KEYS is set, the keys are taken from there.";
    }
    "documents": {
        "folder", "documents", Kind::Path, WhenSilent::None, "documents",
            "Thư mục lưu tài liệu kèm theo; sao lưu cùng cơ sở dữ liệu. Với SQLite, mặc định là `documents` cạnh tệp; \
             với PostgreSQL phải nêu, các cổng dùng chung.",
            "Where uploaded documents are kept; made if missing, to be backed up with the database. Default with SQLite: \
             `documents` beside the file. Required with PostgreSQL, where all hubs of one database need the same folder.";
        "bucket", "documents_bucket", Kind::Bucket, WhenSilent::None,
            "s3://tai-lieu/hub?endpoint=https://s3.example.vn&region=vn-1",
            "Kho tài liệu theo giao thức S3; khi đó thư mục ở trên chỉ giữ phần tải lên dở dang. Khóa truy cập để ở \
             AWS_ACCESS_KEY_ID và AWS_SECRET_ACCESS_KEY, không ghi ở đây.",
            "A bucket that speaks the S3 protocol, for whole documents; the folder above then holds unfinished uploads alone. \
             Keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, never from here.";
    }
    "catalogue": {
        "folder", "catalogue", Kind::Path, WhenSilent::None, "catalogue",
            "Thư mục có kinds/ dùng thay cho danh mục trong chương trình. Danh mục sai thì từ chối chạy.",
            "A folder with kinds/ to use instead of the catalogue in the binary. A broken catalogue refuses to start.";
    }
    "metrics": {
        "listen", "metrics_listen", Kind::Address, WhenSilent::None, "127.0.0.1:9464",
            "Địa chỉ cho số đo (/metrics) và trạng thái (/healthz/live, /healthz/ready), HTTP không mã hóa: chỉ nên mở \
             trên máy này. Không nêu: tắt.",
            "Where metrics (/metrics) and health (/healthz/live, /healthz/ready) are served, over plain HTTP: keep it on \
             loopback or a management network. Left out: off.";
    }
    "log": {
        "format", "log_format", Kind::Choice(&["text", "json"]), WhenSilent::Value("text"), "json",
            "text: cho người đọc; json: mỗi dòng một đối tượng JSON, cho máy đọc.",
            "text for people, json (an object per line) for machines. Written to stderr.";
        "filter", "log_filter", Kind::Filter, WhenSilent::Value("info"), "info",
            "Mức ghi nhật ký, ví dụ info, hoặc info,lienthong::calls=debug để ghi từng lệnh gọi.",
            "What to log, for example info, or info,lienthong::calls=debug for a line per call.";
    }
    "traces": {
        "endpoint", "traces_endpoint", Kind::Endpoint, WhenSilent::None, "https://collector.example.vn:4317",
            "Nơi nhận vết lệnh gọi theo OTLP/gRPC. Không nêu: tắt. Vết không chứa nội dung của lệnh gọi.",
            "A collector of traces, over OTLP/gRPC. Left out: off. They hold nothing of what a call says.";
        "percent", "traces_percent", whole!(1..=100, ONE, traces_percent), WhenSilent::Limit, "100",
            "Bao nhiêu phần trăm lệnh gọi được ghi vết.",
            "How many of a hundred calls are traced.";
    }
    "webhooks": {
        "on", "webhooks", Kind::Switch, WhenSilent::Value("false"), "true",
            "Gọi các địa chỉ mà cơ quan đăng ký khi hộp thư có mục mới. Cổng tự mở kết nối ra ngoài.",
            "Call the addresses that agencies register when something comes to their mailboxes. The hub then opens connections \
             of its own.";
        "networks", "webhook_networks", Kind::Networks, WhenSilent::None, "10.20.0.0/16",
            "Các mạng không công khai vẫn được gọi, cách nhau bằng dấu phẩy. Không nêu: chỉ gọi địa chỉ công khai.",
            "Networks that are called although they are not public, separated by commas. Left out: public addresses alone.";
        "ports", "webhook_ports", Kind::Ports, WhenSilent::Value("443,8443"), "443,8443",
            "Các cổng mạng được gọi.",
            "Ports that are called, single ones and ranges.";
        "ca", "webhook_ca", Kind::Path, WhenSilent::None, "webhook-ca.pem",
            "Các tổ chức cấp chứng thư số được tin khi gọi, PEM; không nêu: theo máy này.",
            "Authorities that are believed when calling, PEM, instead of the machine's.";
        "plain_http", "webhook_plain_http", Kind::Switch, WhenSilent::Value("false"), "false",
            "Cho gọi http không mã hóa: chỉ để chạy thử.",
            "Take http addresses too, without TLS: for trying things out alone.";
        "concurrency", "webhook_concurrency", whole!(1..=1_000, ONE, webhook_concurrency), WhenSilent::Limit, "64",
            "Số địa chỉ được gọi cùng lúc nhiều nhất (mỗi làn hộp thư tính riêng).",
            "Most endpoints that are called at a time; each lane of a mailbox counts.";
    }
    "limits": {
        "connections", "connections", whole!(1..=100_000, ONE, server.accept.connections), WhenSilent::Limit, "10000",
            "Số kết nối mở nhiều nhất, kể cả đang bắt tay.",
            "Most open connections, handshakes included.";
        "connections_per_agency", "connections_per_agency",
            whole!(1..=100_000, ONE, server.accept.connections_per_agency), WhenSilent::Limit, "128",
            "Số kết nối mở nhiều nhất của một cơ quan; các chứng thư chưa đăng ký dùng chung một phần như vậy.",
            "Most open connections of one agency; certificates that are registered to nobody share one such part.";
        "handshakes", "handshakes", whole!(1..=10_000, ONE, server.accept.handshakes), WhenSilent::Limit, "256",
            "Số bắt tay TLS cùng lúc nhiều nhất; kết nối khác phải đợi.",
            "Most TLS handshakes at a time; more connections wait.";
        "handshake_timeout_seconds", "handshake_timeout_seconds", whole!(1..=60, ONE, server.accept.handshake_timeout),
            WhenSilent::Limit, "3",
            "Thời gian bắt tay TLS lâu nhất, và thời gian lâu nhất sau đó đến khung HTTP/2 đầu tiên.",
            "How long a TLS handshake may take, and how long after it the first frame of HTTP/2 may come.";
        "frames_per_second", "frames_per_second", whole!(100..=1_000_000, ONE, server.accept.frames_per_second),
            WhenSilent::Limit, "1000",
            "Số khung HTTP/2 không yêu cầu gì (PING, SETTINGS, hủy lệnh gọi…) mỗi giây của một kết nối, tính lâu dài; vượt quá thì bị ngắt.",
            "Frames of HTTP/2 a second that ask for nothing (PING, SETTINGS, calls given up…), of one connection in the long \
             run; a connection that sends more is cut.";
        "streams_per_connection", "streams_per_connection", whole!(1..=10_000, ONE, server.streams_per_connection),
            WhenSilent::Limit, "256",
            "Số lệnh gọi cùng lúc mà một kết nối được mở.",
            "Most calls at a time that a client may open on one connection, streams included.";
        "calls_per_connection", "calls_per_connection", whole!(1..=10_000, ONE, server.calls_per_connection),
            WhenSilent::Limit, "256",
            "Số lệnh gọi cùng lúc của một kết nối được xử lý; lệnh khác phải đợi.",
            "Most calls at a time on one connection that are worked on; the others wait.";
        "call_timeout_seconds", "call_timeout_seconds", whole!(31..=600, ONE, server.call_timeout), WhenSilent::Limit, "60",
            "Thời gian lâu nhất đến khi bắt đầu trả lời một lệnh gọi; phải hơn 30 giây (Pull chờ lâu nhất).",
            "Longest time until the answer to a call begins; longer than the longest wait of Pull (30 s).";
        "message_kib", "message_kib", whole!(512..=16_384, KIB, server.message_bytes), WhenSilent::Limit, "1024",
            "Kích thước lớn nhất của một thông điệp gửi đến cổng.",
            "Most KiB of one message to the hub: a document of 256 KiB with room for a signature.";
        "document_mib", "document_mib", whole!(1..=4_096, MIB, server.uploads.bytes), WhenSilent::Limit, "200",
            "Kích thước lớn nhất của một tài liệu tải lên; không được nhỏ hơn mức mà một loại yêu cầu trong danh mục cho phép.",
            "Most MiB of an uploaded document; not less than a kind of the catalogue allows.";
        "agency_uploads", "agency_uploads", whole!(1..=10_000, ONE, server.uploads.unfinished), WhenSilent::Limit, "128",
            "Số tài liệu tải lên dở dang nhiều nhất của một cơ quan.",
            "Most unfinished uploads of one agency.";
        "agency_upload_mib", "agency_upload_mib", whole!(1..=1_048_576, MIB, server.uploads.unfinished_bytes), WhenSilent::Limit, "4096",
            "Dung lượng nhiều nhất của các tài liệu tải lên dở dang của một cơ quan.",
            "Most MiB of unfinished uploads of one agency.";
        "upload_hours", "upload_hours", whole!(1..=720, HOUR, server.uploads.lifetime), WhenSilent::Limit, "24",
            "Phần tải lên dở dang được giữ bao nhiêu giờ sau byte cuối cùng.",
            "How many hours an unfinished upload is kept after its last byte.";
        "orphan_hours", "orphan_hours", whole!(24..=8_760, HOUR, server.uploads.orphan_lifetime), WhenSilent::Limit, "168",
            "Tệp không thuộc tài liệu nào được giữ bao nhiêu giờ rồi mới xóa. Sau khi phục hồi cơ sở dữ liệu từ bản cũ, hãy để số lớn.",
            "How many hours bytes are kept that belong to no document. After bringing back an older database, keep it large.";
        "header_kib", "header_kib", whole!(4..=256, KIB, server.header_bytes), WhenSilent::Limit, "16",
            "Kích thước lớn nhất của phần đầu một lệnh gọi.",
            "Most KiB of a call's headers.";
        "keep_alive_seconds", "keep_alive_seconds", whole!(5..=3_600, ONE, server.keep_alive), WhenSilent::Limit, "30",
            "Kết nối im lặng được hỏi thăm sau khoảng này.",
            "An idle connection is probed this often.";
        "keep_alive_timeout_seconds", "keep_alive_timeout_seconds", whole!(1..=600, ONE, server.keep_alive_timeout),
            WhenSilent::Limit, "10",
            "Không trả lời hỏi thăm trong khoảng này thì đóng kết nối.",
            "A connection that does not answer a probe for so long is closed.";
        "stalled_reader_seconds", "stalled_reader_seconds", whole!(1..=3_600, ONE, server.accept.stalled_reader),
            WhenSilent::Limit, "60",
            "Bên đọc luồng hộp thư, hoặc cả kết nối, không đọc gì lâu hơn vậy thì bị ngắt.",
            "A stream of a mailbox, or a whole connection, whose reader takes nothing for so long is cut.";
        "agency_calls_per_second", "agency_calls_per_second",
            whole!(1..=1_000_000, ONE, server.admission.calls_per_second), WhenSilent::Limit, "1000",
            "Số lệnh gọi mỗi giây của một cơ quan, tính lâu dài; vượt quá thì báo bận (trừ quyết định chấm dứt).",
            "Calls a second of one agency in the long run; beyond it they are turned away, releases are not.";
        "agency_burst", "agency_burst", whole!(1..=1_000_000, ONE, server.admission.burst), WhenSilent::Limit, "2000",
            "Số lệnh gọi dồn một lúc của một cơ quan sau khi nghỉ.",
            "Calls of one agency that may come at once after a quiet time.";
        "agency_calls", "agency_calls", whole!(1..=100_000, ONE, server.admission.calls), WhenSilent::Limit, "512",
            "Số lệnh gọi cùng lúc của một cơ quan.",
            "Calls of one agency at a time, waiting reads among them.";
        "agency_streams", "agency_streams", whole!(1..=100_000, ONE, server.admission.streams), WhenSilent::Limit, "64",
            "Số luồng mở cùng lúc của một cơ quan.",
            "Open streams of one agency at a time.";
        "agency_held_mib", "agency_held_mib", whole!(1..=4_095, KIB, server.admission.held_kib), WhenSilent::Limit, "64",
            "Bộ nhớ nhiều nhất cho thông điệp của một cơ quan đang gửi dở hoặc chưa được đọc.",
            "The most memory for messages of one agency that are half sent or not yet taken, MiB.";
        "drain_seconds", "drain_seconds", whole!(1..=600, ONE, server.drain), WhenSilent::Limit, "25",
            "Khi dừng, các lệnh gọi đang chạy được thêm bấy nhiêu giây để xong.",
            "How long calls under way may take to finish when the hub stops.";
    }
    "ledger": {
        "queue", "ledger_queue", whole!(1..=65_536, ONE, ledger.queue), WhenSilent::Limit, "4096",
            "Số lệnh ghi được đợi; hơn nữa thì báo bận.",
            "Commands that may wait; beyond it callers are told to retry.";
        "queue_for_releases", "ledger_queue_for_releases", whole!(1..=65_535, ONE, ledger.queue_for_releases),
            WhenSilent::Limit, "512",
            "Trong số đó, số chỗ chỉ dành cho quyết định chấm dứt, cùng phần bộ nhớ theo tỷ lệ ấy.",
            "How many of these places, and the same share of the memory, only a release may take.";
        "queue_per_agency", "ledger_queue_per_agency", whole!(1..=65_536, ONE, ledger.queue_per_agency),
            WhenSilent::Limit, "1024",
            "Số lệnh ghi của một cơ quan được đợi.",
            "Commands of one agency that may wait, and as many releases again.";
        "batch", "ledger_batch", whole!(1..=1_024, ONE, ledger.batch), WhenSilent::Limit, "256",
            "Số lệnh ghi nhiều nhất trong một giao dịch.",
            "The most commands in one transaction.";
        "queue_mib", "ledger_queue_mib", whole!(1..=8_192, KIB, ledger.queue_kib), WhenSilent::Limit, "128",
            "Bộ nhớ nhiều nhất cho các lệnh ghi đang đợi.",
            "The most memory that waiting commands may take, MiB.";
        "queue_mib_per_agency", "ledger_queue_mib_per_agency", whole!(1..=8_192, KIB, ledger.queue_kib_per_agency),
            WhenSilent::Limit, "32",
            "Bộ nhớ nhiều nhất cho các lệnh ghi đang đợi của một cơ quan.",
            "The most memory that waiting commands of one agency may take, MiB.";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::setting::Limits;
    use super::*;

    #[test]
    fn every_name_is_there_once_and_every_section_is_titled() {
        let keys: BTreeSet<String> = SETTINGS.iter().map(Setting::key).collect();
        let ids: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.id).collect();
        assert_eq!((keys.len(), ids.len()), (SETTINGS.len(), SETTINGS.len()));
        let titled: BTreeSet<&str> = SECTIONS.iter().map(|(section, _)| *section).collect();
        let used: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.section).collect();
        assert_eq!(titled, used);
    }

    #[test]
    fn defaults_and_examples_are_values_that_are_accepted() {
        for setting in SETTINGS {
            assert_eq!(setting.refuse(setting.example), None, "{}", setting.key());
            if let Some(default) = setting.default_text() {
                assert_eq!(setting.refuse(&default), None, "{}", setting.key());
            }
        }
    }

    #[test]
    fn every_number_sets_its_own_limit_and_no_other() {
        let numbers = || {
            SETTINGS.iter().filter_map(|setting| match setting.kind {
                Kind::Whole(whole) => Some((setting, whole)),
                Kind::HubId
                | Kind::Address
                | Kind::DatabaseUrl
                | Kind::Bucket
                | Kind::Endpoint
                | Kind::Path
                | Kind::Paths
                | Kind::Networks
                | Kind::Ports
                | Kind::Switch
                | Kind::Choice(_)
                | Kind::Filter => None,
            })
        };
        let read_all = |limits: &Limits| -> Vec<u64> { numbers().map(|(_, whole)| (whole.get)(limits)).collect() };
        let before = read_all(&Limits::default());
        for (place, (setting, whole)) in numbers().enumerate() {
            for value in [whole.least, whole.most] {
                let mut limits = Limits::default();
                (whole.set)(&mut limits, value);
                let mut expected = before.clone();
                expected[place] = value;
                assert_eq!(read_all(&limits), expected, "{}", setting.key());
            }
            for outside in [whole.least - 1, whole.most + 1] {
                assert!(
                    setting.refuse(&outside.to_string()).is_some(),
                    "{} {outside}",
                    setting.key()
                );
            }
        }
    }

    #[test]
    fn a_number_out_of_range_is_told_the_range_in_both_languages() {
        let setting = SETTINGS.iter().find(|setting| setting.id == "ledger_batch").unwrap();
        let words = setting.refuse("0").unwrap();
        assert!(words.vi.contains("từ 1 đến 1024"), "{words:?}");
        assert!(words.en.contains("from 1 to 1024"), "{words:?}");
    }
}
