//! Other texts from a text: mutants and meaning-preserving variants.
