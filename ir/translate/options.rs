//! What translation can be asked for. Each field of `Options` is a field of the strategy that users name.
use crate::value::Relaxed;
use crate::value::ops::named_enum;
use std::fmt;

named_enum! {
    /// How running code is made to stop.
    pub enum Interrupt {
        /// Not at all.
        Off = "off",
        /// Function entries and loop headers compare the engine's counter with the store's deadline.
        Epoch = "epoch",
        /// Function entries and loop headers read a page that is made unreadable to interrupt.
        Page = "page",
    }
}

named_enum! {
    /// Which NaN arithmetic gives.
    pub enum Nan {
        /// The processor's.
        Native = "native",
        /// Always the canonical one: the same bits on every machine.
        Canonical = "canonical",
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Options {
    pub interrupt: Interrupt,
    pub nan: Nan,
    pub relaxed: Relaxed,
}

impl Default for Options {
    fn default() -> Options {
        Options { interrupt: Interrupt::Off, nan: Nan::Native, relaxed: Relaxed::Native }
    }
}
