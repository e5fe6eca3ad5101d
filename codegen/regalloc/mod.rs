//! Register allocation as a pure function, so that every allocator runs on the same input and one checker judges them all.
