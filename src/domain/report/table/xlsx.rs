//! A workbook of one sheet. Numbers are numbers, days are days, and words are words: none is a formula.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::{Cell, Column, ColumnKind, Table};
use crate::domain::print::words;

/// Whole numbers up to here are exact as a spreadsheet keeps them; larger ones are written as words.
const EXACT: u128 = 1 << 53;

/// How wide columns of a kind are, in characters.
const fn width(kind: ColumnKind) -> u32 {
    match kind {
        ColumnKind::Text => 28,
        ColumnKind::Dong => 20,
        ColumnKind::Date => 12,
        ColumnKind::Count | ColumnKind::Percent | ColumnKind::Points | ColumnKind::Hours => 11,
    }
}

pub(super) fn render(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let made = table.as_of.civil();
    let made = ExcelDateTime::from_ymd(
        u16::try_from(made.year()).unwrap_or(1_900),
        u8::try_from(made.month()).unwrap_or(1),
        u8::try_from(made.day()).unwrap_or(1),
    )?;
    let properties = DocProperties::new().set_title(&table.vi).set_creation_datetime(&made);
    workbook.set_properties(&properties);
    let sheet = workbook.add_worksheet();
    sheet.set_name(table.code)?;
    fill(sheet, table)?;
    workbook.save_to_buffer()
}

fn fill(sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let heading = bold
        .clone()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_border(FormatBorder::Thin);
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    let mut line = 0;
    sheet.write_string_with_format(line, 0, &table.vi, &bold)?;
    for scope in &table.scope {
        line += 1;
        sheet.write_string(line, 0, scope)?;
    }
    line += 2;
    sheet.set_repeat_rows(line, line)?;
    for (place, column) in (0..).zip(&table.columns) {
        sheet.write_string_with_format(line, place, column.vi, &heading)?;
        sheet.set_column_width(place, width(column.kind))?;
    }
    sheet.set_freeze_panes(line + 1, 1)?;
    for row in &table.rows {
        line += 1;
        for ((place, column), cell) in (0..).zip(&table.columns).zip(&row.cells) {
            write(sheet, (line, place), cell, &look(column, row.is_total))?;
        }
    }
    line += 1;
    for note in &table.notes {
        line += 1;
        let text = format!("{} {} ({})", note.text, note.basis, note.certainty);
        sheet.write_string(line, 0, text)?;
    }
    line += 1;
    sheet.write_string(line, 0, format!("Số liệu tính đến {}", words::moment(table.as_of)))?;
    Ok(())
}

fn look(column: &Column, is_total: bool) -> Format {
    let format = Format::new().set_border(FormatBorder::Thin);
    let format = match column.kind {
        ColumnKind::Text => format.set_text_wrap(),
        ColumnKind::Count | ColumnKind::Dong => format.set_num_format("#,##0"),
        ColumnKind::Percent | ColumnKind::Points | ColumnKind::Hours => format.set_num_format("0.0"),
        ColumnKind::Date => format.set_num_format("dd/mm/yyyy"),
    };
    if is_total { format.set_bold() } else { format }
}

fn write(sheet: &mut Worksheet, (line, place): (u32, u16), cell: &Cell, look: &Format) -> Result<(), XlsxError> {
    let number = match cell {
        Cell::Text(text) => {
            sheet.write_string_with_format(line, place, text, look)?;
            return Ok(());
        }
        Cell::None => {
            sheet.write_blank(line, place, look)?;
            return Ok(());
        }
        Cell::Date(date) => {
            let parts = (
                u16::try_from(date.year()),
                u8::try_from(date.month()),
                u8::try_from(date.day()),
            );
            if let (Ok(year), Ok(month), Ok(day)) = parts
                && let Ok(date) = ExcelDateTime::from_ymd(year, month, day)
            {
                sheet.write_datetime_with_format(line, place, &date, look)?;
            } else {
                sheet.write_string_with_format(line, place, cell.plain(), look)?;
            }
            return Ok(());
        }
        Cell::Count(count) => exact(i128::from(*count)),
        Cell::Dong(dong) => exact(*dong),
        Cell::Tenths(tenths) => tenths.plain().parse().ok(),
    };
    match number {
        Some(number) => sheet.write_number_with_format(line, place, number, look)?,
        None => sheet.write_string_with_format(line, place, cell.plain(), look)?,
    };
    Ok(())
}

/// A whole number as a spreadsheet keeps it, if that is exact.
fn exact(number: i128) -> Option<f64> {
    (number.unsigned_abs() <= EXACT)
        .then(|| number.to_string().parse().ok())
        .flatten()
}
