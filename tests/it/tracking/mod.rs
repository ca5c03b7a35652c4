//! Deadlines and response times at the size of the country: how long one scorecard, a page at any depth, a timeline and all
//! scorecards take (`make figures-scale`).

mod generate;
mod scale;
