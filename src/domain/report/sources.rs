//! What the source documents ask of a coordination hub, sentence by sentence (LAW.md section 11), and what serves each: a command
//! that is there, or what is to come. `docs/sources.md` is made from this table.

use Served::{Command, Later};

/// What serves a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// A command that is there.
    Command(&'static str),
    /// Nothing yet; this will.
    Later(&'static str),
}

/// A sentence of a source document.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in LAW.md section 11.
    pub number: u8,
    /// The document, as LAW.md names it: S0 to S4.
    pub source: &'static str,
    /// Its words, quoted.
    pub phrase: &'static str,
    /// What serves it, in whole or in part.
    pub served: &'static [Served],
}

const fn line(number: u8, source: &'static str, phrase: &'static str, served: &'static [Served]) -> Line {
    Line {
        number,
        source,
        phrase,
        served,
    }
}

/// Every line, in the order of LAW.md.
#[rustfmt::skip]
pub static LINES: &[Line] = &[
    line(1, "S3", "\"kịp thời chuyển giao bản án, quyết định của Tòa án đã có hiệu lực pháp luật\"", &[Command("lienthong register --register judgments"), Command("lienthong track deadlines"), Command("lienthong report run late-transfers"), Command("lienthong report run judgment-gaps"), Command("lienthong report run judgment-requests")]),
    line(2, "S3", "\"sửa chữa, bổ sung, giải thích bản án, quyết định và trả lời kiến nghị khi có yêu cầu\"", &[Command("lienthong send"), Command("lienthong track response-times")]),
    line(3, "S3", "\"xem xét xét miễn, giảm các khoản phải thi hành nộp ngân sách nhà nước\"", &[Command("lienthong send"), Command("lienthong track response-times")]),
    line(4, "S3", "\"tăng cường kiểm sát công tác thi hành án dân sự\"", &[Command("lienthong supervise list"), Command("lienthong send")]),
    line(5, "S3", "\"cung cấp thông tin về tài khoản, các khoản thu nhập\"", &[Command("lienthong send"), Command("lienthong track response-times")]),
    line(6, "S3", "\"giải tỏa việc phong tỏa tài khoản, tài sản\"", &[Command("lienthong measures list"), Command("lienthong measures on-account"), Command("lienthong track response-times")]),
    line(7, "S3", "\"Thực hiện quyết định cưỡng chế trừ thu nhập, khấu trừ tài khoản, trừ vào tiền\"", &[Command("lienthong send"), Command("lienthong track response-times")]),
    line(8, "S3", "\"Hàng năm, Ngân hàng Nhà nước tỉnh … rà soát các vụ việc thi hành án liên quan đến tín dụng … còn tồn, tổng hợp khó khăn … báo cáo Ngân hàng Nhà nước Việt Nam, Bộ Tư pháp … xử lý nợ xấu\"", &[Command("lienthong report run credit-cases"), Command("lienthong report run credit-case-list")]),
    line(9, "S3", "\"tổ chức cưỡng chế thi hành các vụ án lớn, phức tạp\"", &[Command("lienthong send")]),
    line(10, "S3", "\"định kỳ 6 tháng tổng hợp, báo cáo kết quả về Ủy ban nhân dân tỉnh\"", &[Command("lienthong report run coordination"), Command("lienthong track response-times")]),
    line(11, "S3", "\"Ủy ban MTTQ … Tăng cường giám sát công tác thi hành án dân sự\"", &[Command("lienthong send"), Command("lienthong track response-times"), Command("lienthong report run results-cases"), Command("lienthong report run complaints")]),
    line(12, "S3", "\"theo dõi, đôn đốc việc triển khai thực hiện\"", &[Command("lienthong track deadlines"), Command("lienthong track scorecard"), Command("lienthong notices"), Command("lienthong report run partner-scorecards")]),
    line(13, "S3", "\"Công an, Tư pháp, Tài chính, Tài nguyên môi trường … chủ động phối hợp … khi có yêu cầu\"", &[Command("lienthong send"), Command("lienthong track response-times"), Command("lienthong report run coordination")]),
    line(14, "S0", "\"cung cấp thông tin, tài liệu liên quan kịp thời khi có yêu cầu của cơ quan THADS, hành chính\"", &[Command("lienthong track response-times"), Command("lienthong track deadlines"), Command("lienthong report run partner-scorecards")]),
    line(15, "S0", "\"thực hiện nghiêm túc các quy chế phối hợp\"", &[Command("lienthong catalogue regulations"), Command("lienthong catalogue check"), Command("lienthong track deadlines")]),
    line(16, "S0", "\"đã có hiệu lực, nhưng để kéo dài, không thi hành dứt điểm\"", &[Command("lienthong report run case-ages")]),
    line(17, "S0", "\"không để tồn đọng, kéo dài\" (đơn thư khiếu nại, tố cáo)", &[Command("lienthong send"), Command("lienthong track deadlines"), Command("lienthong track response-times"), Command("lienthong report run complaints")]),
    line(18, "S0", "\"Duy trì lịch tiếp công dân, đường dây nóng, tiếp nhận và giải quyết kịp thời các đơn thư\"", &[Command("lienthong send"), Command("lienthong track deadlines"), Command("lienthong track response-times"), Command("lienthong report run complaints")]),
    line(19, "S0", "\"hướng dẫn, theo dõi việc THA hành chính\" / \"đôn đốc THA hành chính\"", &[Command("lienthong send"), Command("lienthong track deadlines"), Command("lienthong track response-times"), Command("lienthong report run administrative-judgments")]),
    line(20, "S0", "\"việc THA trọng điểm do Tổng cục THADS và UBND TP giao\"", &[Command("lienthong report run case-ages"), Command("lienthong report run results-cases")]),
    line(21, "S0", "\"các khoản thu hồi tài sản nhà nước trong các vụ án hình sự, án hành chính\"", &[Command("lienthong report run case-ages"), Command("lienthong report run results-cases")]),
    line(22, "S0", "\"củng cố, kiện toàn và nâng cao chất lượng hoạt động Ban Chỉ đạo THADS\"", &[Command("lienthong send"), Command("lienthong notices")]),
    line(23, "S0", "\"phát huy vai trò Thường trực Ban Chỉ đạo để tham mưu chỉ đạo công tác phối hợp, cưỡng chế\"", &[Command("lienthong notices"), Command("lienthong report run partner-scorecards")]),
    line(24, "S0", "\"giám sát, nhất là các vụ việc phải cưỡng chế THADS, những vụ việc có giá trị tiền, tài sản lớn, nổi cộm\"", &[Command("lienthong report run case-ages"), Command("lienthong report run results-cases")]),
    line(25, "S0", "\"Đảng ủy Công an TP, Ban Cán sự Đảng VKSNDTP, TANDTP … phối hợp chặt chẽ … trong việc thi hành các bản án\"", &[Command("lienthong track response-times"), Command("lienthong report run partner-scorecards"), Command("lienthong supervise list")]),
    line(26, "S1", "\"80% về việc, 34,5% về tiền, giảm 8,5% số việc và giảm 3,6% số tiền chuyển kỳ sau\"", &[Command("lienthong report run results-cases"), Command("lienthong report run results-money")]),
    line(27, "S1", "\"đạt cả 04 chỉ tiêu được giao\"", &[Command("lienthong report run indicators"), Command("lienthong report run officer-targets")]),
    line(28, "S1", "\"rà soát, đối chiếu số liệu báo cáo thống kê … trung thực, chính xác\"", &[Command("lienthong verify"), Command("lienthong report run results-cases"), Command("lienthong report run results-money")]),
    line(29, "S1", "\"nghiêm cấm việc chạy theo thành tích và báo cáo không trung thực\"; \"Thủ trưởng đơn vị phải chịu trách nhiệm hoàn toàn về số liệu\"", &[Command("lienthong verify"), Command("lienthong report run closings")]),
    line(30, "S1", "\"kịp thời gửi quyết định và danh sách về Cục để đăng tải trên Trang thông tin điện tử Cục\"", &[Command("lienthong send"), Command("lienthong track response-times"), Command("lienthong report run publications")]),
    line(31, "S1", "\"số liệu đăng tải phải phù hợp và khớp với số liệu trong báo cáo thống kê\"", &[Command("lienthong report run publications")]),
    line(32, "S1", "\"kịp thời gửi các quyết định tiếp tục thi hành án hoặc quyết định đình chỉ về Cục để kịp thời chấm dứt công khai\"", &[Command("lienthong send"), Command("lienthong track deadlines"), Command("lienthong report run publications")]),
    line(33, "S1", "\"giao chỉ tiêu thi hành xong về việc, về tiền từng tháng đối với chấp hành viên\"", &[Command("lienthong report run indicators"), Command("lienthong report run officer-targets")]),
    line(34, "S1", "\"rà soát, phân loại hồ sơ thi hành án, xây dựng Kế hoạch thi hành án\"", &[Command("lienthong report run results-cases"), Command("lienthong report run results-money")]),
    line(35, "S1", "\"ra quyết định về việc chưa có điều kiện đảm bảo đúng căn cứ\"", &[Command("lienthong report run no-condition-grounds")]),
    line(36, "S2", "\"xác minh, phân loại án đúng quy định\"", &[Command("lienthong send"), Command("lienthong report run results-cases"), Command("lienthong report run results-money")]),
    line(37, "S2", "\"duy trì hoạt động của Ban chỉ đạo THADS hai cấp\"", &[Command("lienthong send"), Command("lienthong notices")]),
    line(38, "S2", "\"ký kết quy chế phối hợp với cơ quan tài nguyên môi trường … các quy chế liên ngành, hai ngành, phường xã\"", &[Command("lienthong catalogue regulations"), Command("lienthong catalogue check"), Command("lienthong track deadlines")]),
    line(39, "S2", "\"đôn đốc, xác minh và bảo vệ cưỡng chế thi hành án, đảm bảo an toàn\"", &[Command("lienthong send"), Command("lienthong track deadlines")]),
    line(40, "S2", "\"xử lý nghiêm những trường hợp cản trở, chống đối, cố ý chây ỳ\"", &[Command("lienthong track response-times")]),
    line(41, "S2", "\"14.186 việc/404.438.921.000 đồng, đạt tỉ lệ 83,4% về việc và 40,5% về tiền\"", &[Command("lienthong report run results-cases"), Command("lienthong report run results-money")]),
    line(42, "S2", "\"theo dõi 100% bản án, quyết định hành chính được giao\"", &[Command("lienthong send"), Command("lienthong track deadlines"), Command("lienthong track response-times"), Command("lienthong report run administrative-judgments")]),
    line(43, "S2", "\"kết quả giải quyết đơn thư khiếu nại, tố cáo đạt 100%\"; \"đúng thời hạn, đúng trình tự, thủ tục\"", &[Command("lienthong send"), Command("lienthong track deadlines"), Command("lienthong track response-times"), Command("lienthong report run complaints")]),
    line(44, "S2", "\"quý I/2020 là khoảng thời gian trọng tâm\"", &[Command("lienthong report run campaigns")]),
    line(45, "S2", "\"tăng cường ứng dụng công nghệ thông tin\"", &[Command("lienthong serve")]),
    line(46, "S4", "\"thường xuyên tổ chức các đợt cao điểm … tập trung giải quyết loại việc có điều kiện thi hành\"", &[Command("lienthong report run campaigns")]),
    line(47, "S4", "\"đảm bảo hoàn thành các chỉ tiêu được giao\"", &[Command("lienthong report run indicators"), Command("lienthong report run officer-targets")]),
    line(48, "S4", "\"giảm tỷ lệ án chuyển kỳ sau, tăng tỷ lệ thi hành án tín dụng ngân hàng\"", &[Command("lienthong report run results-cases"), Command("lienthong report run results-money"), Command("lienthong report run credit-cases")]),
    line(49, "S4", "\"phát huy vai trò cơ quan thường trực của Ban Chỉ đạo THADS\"", &[Command("lienthong notices"), Command("lienthong report run partner-scorecards")]),
    line(50, "S4", "\"các vụ án kinh tế, tham nhũng, án giá trị thi hành lớn, án khó khăn phức tạp có nhiều đơn thư\"", &[Command("lienthong report run case-ages"), Command("lienthong report run results-cases")]),
    line(51, "S4", "\"Quy chế phối hợp giữa cơ quan THADS với các ban, ngành liên quan\"", &[Command("lienthong catalogue regulations"), Command("lienthong catalogue check"), Command("lienthong track deadlines")]),
    line(52, "S4", "\"Đẩy mạnh ứng dụng công nghệ thông tin, tăng cường cải cách hành chính\"", &[Command("lienthong serve"), Command("lienthong track response-times")]),
    line(53, "S4", "\"kiểm tra, ngăn chặn và xử lý nghiêm minh đối với chấp hành viên … thiếu trách nhiệm, có hành vi sai phạm\"", &[Command("lienthong supervise reads"), Command("lienthong verify")]),
];

const HEAD: &str = "# Yêu cầu của văn bản nguồn và lệnh đáp ứng

Trang này được tạo từ `src/domain/report/sources.rs`; không sửa trực tiếp. Mỗi dòng là một câu của năm văn bản nguồn (mục 11 của
[law.md](law.md)): S0 chỉ thị của Thành ủy Hà Nội, S1 kết quả năm 2017 của Hà Nội, S2 kết quả năm 2020 của Nghệ An, S3 Chỉ thị
02/CT-UBND của Hà Nam, S4 Kết luận 84-KL/TW và chỉ thị của các tỉnh. Một lệnh ở đây đáp ứng câu đó toàn bộ hoặc một phần; \"chưa có\" nghĩa là
chưa có lệnh, kèm theo việc sẽ đáp ứng.

*In English: this page is generated from `src/domain/report/sources.rs` (a test compares them; `LIENTHONG_UPDATE=1 cargo test --lib
report::sources` writes it again). Each line is a sentence of the source documents with the command that serves it, wholly or in part; \"chưa
có\" marks what is not there yet.*

| Số | Văn bản | Câu | Đáp ứng |
|---|---|---|---|
";

/// The page.
pub fn markdown() -> String {
    let lines = LINES.iter().map(|line| {
        let served = line.served.iter().map(|served| match served {
            Command(command) => format!("`{command}`"),
            Later(what) => format!("chưa có: {what}"),
        });
        let served = served.collect::<Vec<_>>().join("; ");
        format!("| {} | {} | {} | {served} |\n", line.number, line.source, line.phrase)
    });
    std::iter::once(HEAD.to_owned()).chain(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_law_page_stands_here_in_its_words() {
        let law = include_str!("../../../docs/law.md");
        let asked = law.lines().filter(|line| {
            let mut cells = line.split('|').map(str::trim).skip(1);
            let number = cells.next().is_some_and(|cell| cell.parse::<u8>().is_ok());
            number
                && cells
                    .next()
                    .is_some_and(|cell| matches!(cell, "S0" | "S1" | "S2" | "S3" | "S4"))
        });
        let asked: Vec<&str> = asked.collect();
        assert_eq!(asked.len(), 53);
        assert_eq!(LINES.len(), asked.len());
        for (line, text) in LINES.iter().zip(asked) {
            let begins = format!("| {} | {} | {} |", line.number, line.source, line.phrase);
            assert!(text.starts_with(&begins), "{begins}\n{text}");
            assert!(
                !line.served.is_empty(),
                "line {} says what serves it, or will",
                line.number
            );
        }
    }

    #[test]
    fn every_sentence_is_served() {
        let waits = |line: &&Line| line.served.iter().any(|served| matches!(served, Later(_)));
        assert_eq!(LINES.iter().find(waits), None);
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "a developer's switch for this test, no setting of the hub"
    )]
    fn docs_sources_md_is_what_the_table_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/sources.md");
        if std::env::var_os("LIENTHONG_UPDATE").is_some_and(|value| value == "1") {
            std::fs::write(path, markdown()).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == markdown(),
            "docs/sources.md is not what the table says; write it again: LIENTHONG_UPDATE=1 cargo test --lib report::sources"
        );
    }
}
