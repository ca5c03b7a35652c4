//! What is wrong with a backup or with rows, and where.

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The table, file or document.
    pub place: String,
    /// The row of the table, from 1.
    pub row: Option<u64>,
    /// What is wrong, Vietnamese.
    pub vi: &'static str,
    /// What is wrong, English.
    pub en: &'static str,
}

/// The most faults that are kept; the rest is counted.
const MOST: usize = 100;

/// What is wrong, in the order in which it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults {
    list: Vec<Fault>,
    more: usize,
}

impl Faults {
    pub(super) fn add(&mut self, place: impl Into<String>, row: Option<u64>, (vi, en): (&'static str, &'static str)) {
        if self.list.len() < MOST {
            let place = place.into();
            self.list.push(Fault { place, row, vi, en });
        } else {
            self.more += 1;
        }
    }

    /// One alone.
    pub(super) fn one(place: &str, row: Option<u64>, what: (&'static str, &'static str)) -> Self {
        let mut faults = Self::default();
        faults.add(place, row, what);
        faults
    }

    /// The first hundred.
    pub fn list(&self) -> &[Fault] {
        &self.list
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.list.len() + self.more
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}
