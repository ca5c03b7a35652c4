//! What an intruder may do to the rows of one table, row by row and column by column.

use lienthong::verify::{Row, Select, Tables, VERIFIED, Value};

/// A change of one table.
#[derive(Debug, Clone)]
pub(super) struct Attack {
    pub(super) select: &'static Select,
    pub(super) what: Kind,
    /// The column, for those that change a value.
    pub(super) column: Option<&'static str>,
    /// The row, by its place.
    pub(super) row: usize,
    /// Chooses how a value is changed, or the other row.
    pub(super) dice: u64,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A value becomes another.
    Edit,
    /// A value becomes NULL.
    Null,
    /// Two rows change values.
    Swap,
    /// A row gets another row's value.
    Copy,
    /// A row goes.
    Delete,
    /// Everything in a row but its key becomes NULL.
    Wipe,
    /// A row comes in under a key of its own.
    Insert,
    /// A row stands twice.
    Duplicate,
    /// The last rows go.
    Truncate,
}

impl Kind {
    pub(super) const OF_COLUMN: [Self; 4] = [Self::Edit, Self::Null, Self::Swap, Self::Copy];
    pub(super) const OF_ROW: [Self; 5] = [Self::Delete, Self::Wipe, Self::Insert, Self::Duplicate, Self::Truncate];
}

/// Dice that fall the same in every run (SplitMix64).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.throw() % u64::try_from(limit.max(1)).expect("a number")).expect("a number")
    }
}

/// Another value of the same sort; where there was nothing, something.
fn edited(value: &Value, like: &Value, dice: u64) -> Value {
    let by = i64::try_from(dice % 5).expect("a number") + 1;
    match value {
        Value::Null => match like {
            Value::Integer(_) => Value::Integer(by),
            Value::Bytes(_) => Value::Bytes(vec![7; 32]),
            Value::Null | Value::Text(_) | Value::Strange => Value::Text("x".to_owned()),
        },
        Value::Integer(0 | 1) if dice.is_multiple_of(2) => Value::Integer(1 - value_of(value)),
        Value::Integer(number) if dice.is_multiple_of(3) => Value::Integer(number - by),
        Value::Integer(number) => Value::Integer(number + by),
        Value::Text(text) => Value::Text(edited_text(text, dice)),
        Value::Bytes(bytes) => Value::Bytes(edited_bytes(bytes.clone(), dice)),
        Value::Strange => Value::Null,
    }
}

fn value_of(value: &Value) -> i64 {
    match value {
        Value::Integer(number) => *number,
        Value::Null | Value::Text(_) | Value::Bytes(_) | Value::Strange => 0,
    }
}

fn edited_text(text: &str, dice: u64) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let place = usize::try_from(dice / 7).expect("a number") % letters.len().max(1);
    match dice % 7 {
        0 => format!("{text} "),
        1 => format!("x{text}"),
        2 if !text.is_empty() => String::new(),
        3 if !text.is_empty() => {
            letters.remove(place);
            letters.into_iter().collect()
        }
        _ => {
            match letters.get_mut(place) {
                Some(letter) => *letter = if *letter == '0' { '1' } else { '0' },
                None => letters.push('?'),
            }
            letters.into_iter().collect()
        }
    }
}

fn edited_bytes(mut bytes: Vec<u8>, dice: u64) -> Vec<u8> {
    let place = usize::try_from(dice / 64).expect("a number") % bytes.len().max(1);
    match (dice % 8, bytes.get_mut(place)) {
        (0, _) => bytes.push(0),
        (1, Some(_)) => drop(bytes.pop()),
        (2, Some(_)) => bytes.clear(),
        (bit, Some(byte)) => *byte ^= 1 << (bit % 8),
        (_, None) => bytes.push(1),
    }
    bytes
}

fn with(row: &Row, place: usize, value: Value) -> Row {
    let mut values = row.values().to_vec();
    values[place] = value;
    Row::from(values)
}

/// A value of the column that is not NULL, to know its sort.
fn like(rows: &[Row], place: usize) -> Value {
    let known = rows.iter().map(|row| &row.values()[place]);
    known
        .into_iter()
        .find(|value| **value != Value::Null)
        .cloned()
        .unwrap_or(Value::Null)
}

impl Attack {
    /// The rows of the table after it; none if it changes nothing.
    pub(super) fn on(&self, tables: &Tables) -> Option<Vec<Row>> {
        let before = &tables[self.select.table];
        let mut rows = before.clone();
        let row = rows.get(self.row)?.clone();
        let columns = self.select.columns();
        let place = self
            .column
            .and_then(|column| columns.iter().position(|known| *known == column));
        let other = usize::try_from(self.dice).unwrap_or(usize::MAX) % rows.len();
        match self.what {
            Kind::Edit => {
                let place = place?;
                let value = edited(&row.values()[place], &like(before, place), self.dice);
                rows[self.row] = with(&row, place, value);
            }
            Kind::Null => rows[self.row] = with(&row, place?, Value::Null),
            Kind::Swap => {
                let (place, values) = (place?, rows[other].clone());
                rows[self.row] = with(&row, place, values.values()[place].clone());
                rows[other] = with(&values, place, row.values()[place].clone());
            }
            Kind::Copy => {
                let place = place?;
                rows[self.row] = with(&row, place, rows[other].values()[place].clone());
            }
            Kind::Delete => drop(rows.remove(self.row)),
            Kind::Wipe => {
                let kept = |column: &&'static str| self.select.key.contains(column);
                let values = columns.iter().zip(row.values());
                let wiped = values.map(|(column, value)| if kept(column) { value.clone() } else { Value::Null });
                rows[self.row] = Row::from(wiped.collect::<Vec<_>>());
            }
            Kind::Insert => {
                let key = self.select.key[0];
                let place = columns.iter().position(|column| *column == key)?;
                let value = edited(&row.values()[place], &Value::Null, self.dice);
                rows.push(with(&row, place, value));
            }
            Kind::Duplicate => rows.push(row),
            Kind::Truncate => rows.truncate(self.row),
        }
        (sorted(&rows) != sorted(before)).then_some(rows)
    }

    /// Whether it leaves the key of the row as it is, so that the row can be named by it.
    pub(super) fn keeps_key(&self) -> bool {
        let is_key = self.column.is_some_and(|column| self.select.key.contains(&column));
        matches!(self.what, Kind::Edit | Kind::Null | Kind::Wipe) && !is_key
    }
}

/// A table is a set: the order in which its rows come says nothing.
fn sorted(rows: &[Row]) -> Vec<&[Value]> {
    let mut sorted: Vec<&[Value]> = rows.iter().map(Row::values).collect();
    sorted.sort_unstable();
    sorted
}

/// Every table with rows: every kind of change of every column in a first, a middle and a last row, and of the rows themselves.
pub(super) fn systematic(tables: &Tables, dice: &mut Dice) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for select in VERIFIED {
        let count = tables[select.table].len();
        let mut places = vec![0, count / 2, count.saturating_sub(1)];
        places.dedup();
        for row in places {
            let mut add = |what, column| {
                let dice = dice.throw();
                attacks.push(Attack {
                    select,
                    what,
                    column,
                    row,
                    dice,
                });
            };
            for what in Kind::OF_ROW {
                add(what, None);
            }
            for column in select.columns() {
                for what in Kind::OF_COLUMN {
                    add(what, Some(column));
                }
            }
        }
    }
    attacks
}

/// Any change of anything.
pub(super) fn any(tables: &Tables, dice: &mut Dice) -> Attack {
    let select = VERIFIED[dice.below(VERIFIED.len())];
    let columns = select.columns();
    let of_row = dice.below(5) == 0;
    let (what, column) = if of_row {
        (Kind::OF_ROW[dice.below(Kind::OF_ROW.len())], None)
    } else {
        (
            Kind::OF_COLUMN[dice.below(Kind::OF_COLUMN.len())],
            Some(columns[dice.below(columns.len())]),
        )
    };
    Attack {
        select,
        what,
        column,
        row: dice.below(tables[select.table].len()),
        dice: dice.throw(),
    }
}
