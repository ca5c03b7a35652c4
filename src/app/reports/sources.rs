//! The sentences of the source documents, as a report.

use crate::domain::report::sources::{LINES, Served};
use crate::domain::report::{Cell, Column, Report, Row, Table};
use crate::domain::time::Timestamp;

pub(super) fn table(as_of: Timestamp) -> Table {
    let told = Report::Sources.description();
    let rows = LINES.iter().map(|line| {
        let served = |is_there: bool| {
            let told = line.served.iter().filter_map(|served| match served {
                Served::Command(command) => Some(*command).filter(|_| is_there),
                Served::Later(what) => Some(*what).filter(|_| !is_there),
            });
            Cell::text(told.collect::<Vec<_>>().join("; "))
        };
        Row {
            cells: vec![
                Cell::Count(line.number.into()),
                Cell::text(line.source),
                Cell::text(line.phrase),
                served(true),
                served(false),
            ],
            is_total: false,
            list: None,
        }
    });
    Table {
        code: Report::Sources.as_str(),
        vi: told.vi.to_owned(),
        en: told.en.to_owned(),
        scope: Vec::new(),
        columns: vec![
            Column::count("number", "Số", "Number"),
            Column::text("source", "Văn bản", "Document"),
            Column::text("phrase", "Câu", "Sentence"),
            Column::text("served", "Lệnh đáp ứng", "Commands"),
            Column::text("later", "Chưa có", "Not there yet"),
        ],
        rows: rows.collect(),
        notes: Vec::new(),
        charts: Vec::new(),
        as_of,
    }
}
