//! Charts as SVG, drawn by the hub: no program runs in the reader's browser. Series differ by pattern as well as by shade, so that
//! they can be told apart in print and by those who see no colours; each chart has a title and says its figures in words.

use super::{Cell, ColumnKind, Table};
use crate::domain::print::html::Html;

/// How it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartKind {
    /// A group of bars for each row.
    Bars,
    /// A line over the rows, which follow each other in time.
    Lines,
}

/// A chart of some columns of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// How it is drawn.
    pub kind: ChartKind,
    /// Its title.
    pub vi: String,
    /// The column whose cells name the rows.
    pub names: &'static str,
    /// The columns drawn, all of one kind; at most four.
    pub series: Vec<&'static str>,
}

/// The most rows that one chart shows; the table has them all.
const MOST_ROWS: usize = 24;
const WIDTH: i64 = 720;
const LEFT: i64 = 64;
const RIGHT: i64 = 16;
const TOP: i64 = 34;
const PLOT: i64 = 190;
const BELOW: i64 = 92;
const HEIGHT: i64 = TOP + PLOT + BELOW;
/// Steps of the scale.
const STEPS: i128 = 4;

/// What is drawn: one line of numbers for each row, in the smallest unit of its column.
struct Data {
    names: Vec<String>,
    labels: Vec<&'static str>,
    values: Vec<Vec<Option<i128>>>,
    written: Vec<Vec<String>>,
    scale: Scale,
}

/// The numbers at the lower and the upper end of the plot, and how they are written.
struct Scale {
    low: i128,
    high: i128,
    step: i128,
    unit: Unit,
}

#[derive(Clone, Copy)]
enum Unit {
    Whole,
    Tenths,
}

impl Scale {
    fn of(values: &[Vec<Option<i128>>], unit: Unit) -> Self {
        let all = || values.iter().flatten().flatten().copied();
        let (low, high) = (all().min().unwrap_or(0).min(0), all().max().unwrap_or(0).max(0));
        let step = round_up((high - low).max(1));
        let low_steps = if low < 0 { (-low + step - 1) / step } else { 0 };
        let high_steps = (high + step - 1) / step;
        Self {
            low: -low_steps * step,
            high: (high_steps * step).max(step - low_steps * step),
            step,
            unit,
        }
    }

    /// How far below the top of the plot a number stands.
    fn y(&self, value: i128) -> i64 {
        let span = (self.high - self.low).max(1);
        let from_top = (self.high - value).saturating_mul(i128::from(PLOT)) / span;
        TOP + i64::try_from(from_top).unwrap_or(0)
    }

    fn ticks(&self) -> impl Iterator<Item = i128> {
        let steps = (self.high - self.low) / self.step;
        (0..=steps).map(|step| self.low + self.step * step)
    }

    fn written(&self, value: i128) -> String {
        match self.unit {
            Unit::Whole => short(value),
            Unit::Tenths => format!(
                "{} %",
                super::super::ratio::Tenths::new(i64::try_from(value).unwrap_or(0)).vi()
            ),
        }
    }
}

/// A quarter of a range, up to 1, 2, 2.5 or 5 times a power of ten.
fn round_up(range: i128) -> i128 {
    let quarter = (range + STEPS - 1) / STEPS;
    let mut power: i128 = 1;
    while power.saturating_mul(10) <= quarter {
        power = power.saturating_mul(10);
    }
    [10, 20, 25, 50, 100]
        .into_iter()
        .map(|tens| power.saturating_mul(tens) / 10)
        .find(|step| *step >= quarter)
        .unwrap_or(quarter)
}

/// A number for an axis: 1.500 tỷ, 250 triệu, 14.186.
fn short(value: i128) -> String {
    let (size, unit) = match value.unsigned_abs() {
        size if size >= 10_u128.pow(9) => (size / 10_u128.pow(7), " tỷ"),
        size if size >= 10_u128.pow(7) => (size / 10_u128.pow(4), " triệu"),
        size => return signed(value, &super::words::number(&size.to_string())),
    };
    let text = if size.is_multiple_of(100) {
        (size / 100).to_string()
    } else {
        format!("{}.{:02}", size / 100, size % 100)
    };
    signed(value, &format!("{}{unit}", super::words::number(&text)))
}

fn signed(value: i128, size: &str) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{size}")
}

impl Data {
    fn of(chart: &Chart, table: &Table) -> Option<Self> {
        let place = |key: &str| table.columns.iter().position(|column| column.key == key);
        let names = place(chart.names)?;
        let series: Vec<usize> = chart.series.iter().filter_map(|key| place(key)).collect();
        let rows: Vec<_> = table.rows.iter().filter(|row| !row.is_total).take(MOST_ROWS).collect();
        if rows.is_empty() || series.is_empty() {
            return None;
        }
        // By the column: the first of its cells may be empty.
        let kind = series
            .first()
            .and_then(|place| table.columns.get(*place))
            .map(|column| column.kind);
        let unit = if kind == Some(ColumnKind::Percent) {
            Unit::Tenths
        } else {
            Unit::Whole
        };
        let number = |cell: &Cell| match cell {
            Cell::Count(count) => Some(i128::from(*count)),
            Cell::Dong(dong) => Some(*dong),
            Cell::Tenths(tenths) => Some(i128::from(tenths.get())),
            Cell::Text(_) | Cell::Date(_) | Cell::None => None,
        };
        let columns = |row: &super::Row| -> Vec<Cell> {
            let cells = series.iter().map(|place| row.cells.get(*place).cloned());
            cells.map(|cell| cell.unwrap_or(Cell::None)).collect()
        };
        let values: Vec<Vec<_>> = rows
            .iter()
            .map(|row| columns(row).iter().map(number).collect())
            .collect();
        Some(Self {
            names: rows
                .iter()
                .map(|row| row.cells.get(names).map(Cell::vi).unwrap_or_default())
                .collect(),
            labels: series
                .iter()
                .filter_map(|place| table.columns.get(*place))
                .map(|column| column.vi)
                .collect(),
            written: rows
                .iter()
                .map(|row| columns(row).iter().map(Cell::vi).collect())
                .collect(),
            scale: Scale::of(&values, unit),
            values,
        })
    }

    /// The figures in words, for who does not see the chart.
    fn description(&self) -> String {
        let rows = self.names.iter().zip(&self.written).map(|(name, cells)| {
            let cells = self
                .labels
                .iter()
                .zip(cells)
                .map(|(label, cell)| format!("{label} {cell}"));
            format!("{name}: {}", cells.collect::<Vec<_>>().join(", "))
        });
        rows.collect::<Vec<_>>().join("; ")
    }
}

/// The chart with its figures beside it; `number` tells it from others on the page.
pub(super) fn figure(chart: &Chart, table: &Table, number: usize) -> Html {
    let Some(data) = Data::of(chart, table) else {
        return Html::nothing();
    };
    let caption = Html::tag("figcaption", Html::text(&chart.vi));
    let inner = Html::class("div", "drawn", Html::all([svg(chart, &data, number), beside(&data)]));
    Html::class("figure", "chart", Html::all([caption, inner]))
}

/// The table beside a chart.
fn beside(data: &Data) -> Html {
    let cell = |name: &'static str, class: &'static str, text: &str| Html::line(name, class, text);
    let labels = data.labels.iter().map(|label| cell("th", "amount", label));
    let head = Html::tag("tr", Html::all([cell("th", "name", "")].into_iter().chain(labels)));
    let rows = data.names.iter().zip(&data.written).map(|(name, cells)| {
        let cells = cells.iter().map(|text| cell("td", "amount", text));
        let name = Html::element("th", &[("scope", "row")], Html::text(name));
        Html::tag("tr", Html::all([name].into_iter().chain(cells)))
    });
    Html::class(
        "table",
        "beside",
        Html::all([Html::tag("thead", head), Html::tag("tbody", Html::all(rows))]),
    )
}

/// How the series are filled, in this order; the patterns are drawn in `patterns`.
const FILLS: [&str; 4] = ["solid", "hatched", "dotted", "open"];
const DASHES: [&str; 4] = ["none", "7 3", "2 3", "9 3 2 3"];

fn svg(chart: &Chart, data: &Data, number: usize) -> Html {
    let (title, description) = (format!("chart-{number}-title"), format!("chart-{number}-desc"));
    let shapes = match chart.kind {
        ChartKind::Bars => bars(data, number),
        ChartKind::Lines => lines(data),
    };
    let inner = Html::all([
        Html::element("title", &[("id", &title)], Html::text(&chart.vi)),
        Html::element("desc", &[("id", &description)], Html::text(&data.description())),
        patterns(number),
        axis(data),
        shapes,
        legend(chart.kind, data, number),
    ]);
    Html::element(
        "svg",
        &[
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("role", "img"),
            ("aria-labelledby", &format!("{title} {description}")),
            ("viewBox", &format!("0 0 {WIDTH} {HEIGHT}")),
        ],
        inner,
    )
}

fn patterns(number: usize) -> Html {
    let pattern = |name: &str, inner: Html| {
        Html::element(
            "pattern",
            &[
                ("id", &format!("chart-{number}-{name}")),
                ("width", "6"),
                ("height", "6"),
                ("patternUnits", "userSpaceOnUse"),
            ],
            inner,
        )
    };
    let ground = |fill: &str| {
        let attributes = [("width", "6"), ("height", "6"), ("fill", fill)];
        Html::element("rect", &attributes, Html::nothing())
    };
    let strokes = [
        ("d", "M-1 1l2-2M0 6l6-6M5 7l2-2"),
        ("stroke", "#7a3e00"),
        ("stroke-width", "1.6"),
    ];
    let dot = [("cx", "3"), ("cy", "3"), ("r", "1.4"), ("fill", "#0b5d1e")];
    Html::tag(
        "defs",
        Html::all([
            pattern("solid", ground("#1f4e79")),
            pattern(
                "hatched",
                Html::all([ground("#fbe3cf"), Html::element("path", &strokes, Html::nothing())]),
            ),
            pattern(
                "dotted",
                Html::all([ground("#d9efdd"), Html::element("circle", &dot, Html::nothing())]),
            ),
            pattern("open", ground("#ffffff")),
        ]),
    )
}

fn fill(number: usize, series: usize) -> String {
    let name = FILLS.get(series % FILLS.len()).copied().unwrap_or("solid");
    format!("url(#chart-{number}-{name})")
}

fn text(x: i64, y: i64, anchor: &str, inner: &str) -> Html {
    let (x, y) = (x.to_string(), y.to_string());
    let attributes = [
        ("x", x.as_str()),
        ("y", y.as_str()),
        ("text-anchor", anchor),
        ("font-size", "11"),
    ];
    Html::element("text", &attributes, Html::text(inner))
}

fn stroke(x1: i64, y1: i64, x2: i64, y2: i64, colour: &str) -> Html {
    let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(|place| place.to_string());
    let attributes = [
        ("x1", x1.as_str()),
        ("y1", y1.as_str()),
        ("x2", x2.as_str()),
        ("y2", y2.as_str()),
        ("stroke", colour),
    ];
    Html::element("line", &attributes, Html::nothing())
}

fn axis(data: &Data) -> Html {
    let scale = &data.scale;
    let ticks = scale.ticks().map(|tick| {
        let y = scale.y(tick);
        let label = text(LEFT - 6, y + 4, "end", &scale.written(tick));
        Html::all([stroke(LEFT, y, WIDTH - RIGHT, y, "#c8c8c8"), label])
    });
    let zero = scale.y(0);
    let ground = stroke(LEFT, zero, WIDTH - RIGHT, zero, "#000000");
    let names = data.names.iter().enumerate().map(|(place, name)| {
        let (x, y) = (middle(data, place), TOP + PLOT + 14);
        let (x_text, turn) = (x.to_string(), format!("rotate(-28 {x} {y})"));
        let y = y.to_string();
        let attributes = [
            ("x", x_text.as_str()),
            ("y", y.as_str()),
            ("text-anchor", "end"),
            ("font-size", "11"),
            ("transform", turn.as_str()),
        ];
        Html::element("text", &attributes, Html::text(&cut(name)))
    });
    Html::all(ticks.chain([ground]).chain(names))
}

/// A name short enough to stand below an axis.
fn cut(name: &str) -> String {
    if name.chars().count() > 22 {
        name.chars().take(21).chain(['…']).collect()
    } else {
        name.to_owned()
    }
}

/// How many rows there are, at least one.
fn rows(data: &Data) -> i64 {
    i64::try_from(data.names.len()).unwrap_or(1).max(1)
}

/// The middle of the room of a row.
fn middle(data: &Data, place: usize) -> i64 {
    let room = (WIDTH - LEFT - RIGHT) / rows(data);
    LEFT + room * i64::try_from(place).unwrap_or(0) + room / 2
}

fn bars(data: &Data, number: usize) -> Html {
    let room = (WIDTH - LEFT - RIGHT) / rows(data);
    let count = i64::try_from(data.labels.len()).unwrap_or(1).max(1);
    let width = (room * 7 / 10 / count).clamp(2, 44);
    let zero = data.scale.y(0);
    let all = data.values.iter().enumerate().flat_map(|(row, values)| {
        let left = middle(data, row) - width * count / 2;
        values
            .iter()
            .zip(0..)
            .enumerate()
            .filter_map(move |(series, (value, at))| {
                let value = (*value)?;
                let y = data.scale.y(value);
                let x = left + width * at;
                let [x_text, top, wide, high] =
                    [x, y.min(zero), width - 1, (y - zero).abs()].map(|number| number.to_string());
                let fill = fill(number, series);
                let attributes = [
                    ("x", x_text.as_str()),
                    ("y", top.as_str()),
                    ("width", wide.as_str()),
                    ("height", high.as_str()),
                    ("fill", fill.as_str()),
                    ("stroke", "#1a1a1a"),
                    ("stroke-width", "0.7"),
                ];
                Some(Html::element("rect", &attributes, Html::nothing()))
            })
    });
    Html::all(all)
}

fn lines(data: &Data) -> Html {
    let series = (0..data.labels.len()).map(|series| {
        let points: Vec<(i64, i64)> = data
            .values
            .iter()
            .enumerate()
            .filter_map(|(row, values)| {
                let value = (*values.get(series)?)?;
                Some((middle(data, row), data.scale.y(value)))
            })
            .collect();
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
        let path = path.join(" ");
        let attributes = [
            ("points", path.as_str()),
            ("fill", "none"),
            ("stroke", colour(series)),
            ("stroke-width", "2"),
            ("stroke-dasharray", dashes(series)),
        ];
        let line = Html::element("polyline", &attributes, Html::nothing());
        let marks = points.iter().map(|(x, y)| mark(series, *x, *y));
        Html::all([line].into_iter().chain(marks))
    });
    Html::all(series)
}

fn colour(series: usize) -> &'static str {
    ["#1f4e79", "#7a3e00", "#0b5d1e", "#1a1a1a"]
        .get(series % 4)
        .copied()
        .unwrap_or("#1a1a1a")
}

fn dashes(series: usize) -> &'static str {
    DASHES.get(series % DASHES.len()).copied().unwrap_or("none")
}

/// A point: a disc, a square, a diamond, a ring.
fn mark(series: usize, x: i64, y: i64) -> Html {
    let path = match series % 4 {
        0 | 3 => format!("M{} {y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", x - 4),
        1 => format!("M{} {}h8v8h-8z", x - 4, y - 4),
        _ => format!("M{x} {}l5 5l-5 5l-5 -5z", y - 5),
    };
    let fill = if series % 4 == 3 { "#ffffff" } else { colour(series) };
    let attributes = [("d", path.as_str()), ("fill", fill), ("stroke", colour(series))];
    Html::element("path", &attributes, Html::nothing())
}

fn legend(kind: ChartKind, data: &Data, number: usize) -> Html {
    let room = (WIDTH - LEFT - RIGHT) / i64::try_from(data.labels.len()).unwrap_or(1).max(1);
    let entries = data.labels.iter().zip(0..).enumerate().map(|(series, (label, at))| {
        let x = LEFT + room * at;
        let sign = match kind {
            ChartKind::Bars => {
                let (x, fill) = (x.to_string(), fill(number, series));
                let attributes = [
                    ("x", x.as_str()),
                    ("y", "8"),
                    ("width", "14"),
                    ("height", "12"),
                    ("fill", fill.as_str()),
                    ("stroke", "#1a1a1a"),
                ];
                Html::element("rect", &attributes, Html::nothing())
            }
            ChartKind::Lines => mark(series, x + 6, 14),
        };
        Html::all([sign, text(x + 20, 18, "start", label)])
    });
    Html::all(entries)
}
