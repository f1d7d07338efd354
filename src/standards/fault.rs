//! What can be wrong with a standard, in a form that can be shown clause by clause.

use thiserror::Error;

/// One fault and the clause or practice that has it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{at}: {fault}")]
pub struct PackProblem {
    /// The code of the clause or practice; the standard's id for faults of the whole.
    pub at: String,
    /// What is wrong.
    pub fault: Fault,
}

/// Something that makes a clause unfit to be inspected by.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// The id, edition or a code is blank.
    #[error("an id, edition or code is blank")]
    Blank,
    /// A text lacks Chinese or English; what there is of it is given.
    #[error("a text lacks one of its languages: {0:?}")]
    LanguageMissing(String),
    /// Two clauses or practices share a code.
    #[error("the code is used twice")]
    DuplicateCode,
    /// Two reasons of the clause share a code.
    #[error("the reason {0:?} is there twice")]
    DuplicateReason(String),
    /// A procedure fails with a reason that the clause does not have.
    #[error("no such reason: {0:?}")]
    UnknownReason(String),
    /// The clause cannot fail in words.
    #[error("no failing reasons")]
    NoReasons,
    /// The clause cannot be checked.
    #[error("no procedures")]
    NoProcedures,
    /// A procedure has no points, lines, sights or steps.
    #[error("procedure {0} is empty")]
    EmptyProcedure(usize),
    /// An item has one field for a figure, so a clause has at most one measure.
    #[error("more than one measure")]
    SeveralMeasures,
    /// Equality is asked for, but not with what.
    #[error("the other measure is not named")]
    OtherMissing,
    /// Another measure is named, but the limit does not use it.
    #[error("the other measure is never used")]
    OtherUnused,
    /// A figure is not above zero, a range runs backwards, or a tolerance is below zero.
    #[error("the figure makes no sense")]
    BadFigure,
    /// A percentage outside 1 to 100.
    #[error("the sample is {0} %")]
    PercentOutOfRange(u32),
    /// A sample of nothing.
    #[error("the sample is empty")]
    SampleZero,
    /// Places are to be checked, but of no kind.
    #[error("no kind of place is named")]
    NoPlaces,
    /// A weight of nothing.
    #[error("the weight is zero")]
    WeightZero,
}
