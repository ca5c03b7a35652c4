//! `docs/errors.md`, generated from the list of error codes.

use super::error_code::{Category, ErrorCode};

const HEAD: &str = "# Mã lỗi

Trang này được tạo từ `src/domain/error_code.rs`; không sửa trực tiếp. Mã lỗi nằm ở `ErrorInfo.reason` (miền `lienthong.vn`) của
`google.rpc.Status`; câu tiếng Việt nằm ở `LocalizedMessage`, tên trường sai ở `BadRequest`. Mã không bao giờ đổi nghĩa. Chỉ nên thử
lại khi có `RetryInfo` hoặc khi mạng đứt; thử lại luôn dùng đúng khóa và nội dung cũ.

*In English: this page is generated from `src/domain/error_code.rs` (a test compares them; `LIENTHONG_UPDATE=1 cargo test --lib
error_page` writes it again). The code is `ErrorInfo.reason` (domain `lienthong.vn`) of `google.rpc.Status`; the Vietnamese text
stands in `LocalizedMessage`, the wrong fields in `BadRequest`. Codes never change their meaning. Retry only when there is `RetryInfo`
or the connection broke, always with the same key and the same content.*
";

/// Every category, in the order of the page.
const CATEGORIES: [Category; 10] = [
    Category::InvalidInput,
    Category::NotFound,
    Category::AlreadyExists,
    Category::FailedPrecondition,
    Category::Conflict,
    Category::Unauthenticated,
    Category::PermissionDenied,
    Category::Exhausted,
    Category::Unavailable,
    Category::Internal,
];

/// Heading in Vietnamese and English, and the gRPC code, of a category.
const fn heading(category: Category) -> (&'static str, &'static str, &'static str) {
    match category {
        Category::InvalidInput => (
            "Dữ liệu gửi đến sai; gửi lại không có tác dụng",
            "The input is wrong; sending it again will not help",
            "INVALID_ARGUMENT",
        ),
        Category::NotFound => (
            "Không có, hoặc không thuộc cơ quan",
            "Not there, or not yours",
            "NOT_FOUND",
        ),
        Category::AlreadyExists => ("Đã có", "Taken", "ALREADY_EXISTS"),
        Category::FailedPrecondition => (
            "Không thực hiện được ở trạng thái hiện tại",
            "Not possible in the present state",
            "FAILED_PRECONDITION",
        ),
        Category::Conflict => (
            "Đã thay đổi; đọc lại rồi thử lại",
            "Changed meanwhile; read again, then retry",
            "ABORTED",
        ),
        Category::Unauthenticated => (
            "Chưa xác định được người gọi",
            "The caller is not identified",
            "UNAUTHENTICATED",
        ),
        Category::PermissionDenied => ("Không được phép", "Not permitted", "PERMISSION_DENIED"),
        Category::Exhausted => ("Vượt quá giới hạn", "A limit is reached", "RESOURCE_EXHAUSTED"),
        Category::Unavailable => (
            "Tạm thời không phục vụ; thử lại với cùng khóa",
            "Cannot serve now; retry with the same key",
            "UNAVAILABLE",
        ),
        Category::Internal => ("Lỗi của hệ thống", "A fault of the hub", "INTERNAL"),
    }
}

/// The page.
pub fn markdown() -> String {
    [HEAD.to_owned()]
        .into_iter()
        .chain(CATEGORIES.into_iter().map(section))
        .collect()
}

fn section(category: Category) -> String {
    let (vi, en, grpc) = heading(category);
    let rows: String = ErrorCode::ALL
        .iter()
        .filter(|code| code.category() == category)
        .map(|code| line(*code))
        .collect();
    format!("\n## {vi}\n\n*{en}* · gRPC `{grpc}`\n\n| Mã (code) | Tiếng Việt | English |\n|---|---|---|\n{rows}")
}

fn line(code: ErrorCode) -> String {
    // The one code whose gRPC code is not its category's.
    let grpc = if code == ErrorCode::MethodUnknown {
        " (gRPC `UNIMPLEMENTED`)"
    } else {
        ""
    };
    format!(
        "| `{}`{grpc} | {} | {} |\n",
        code.as_str(),
        code.text_vi(),
        code.text_en()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_on_the_page_once() {
        let page = markdown();
        for code in ErrorCode::ALL {
            assert_eq!(
                page.matches(&format!("| `{}`", code.as_str())).count(),
                1,
                "{}",
                code.as_str()
            );
        }
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "a developer's switch for this test, no setting of the hub"
    )]
    fn docs_errors_md_is_what_the_codes_say() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors.md");
        if std::env::var_os("LIENTHONG_UPDATE").is_some_and(|value| value == "1") {
            std::fs::write(path, markdown()).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == markdown(),
            "docs/errors.md is not what the codes say; write it again: LIENTHONG_UPDATE=1 cargo test --lib error_page"
        );
    }
}
