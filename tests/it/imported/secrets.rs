//! Nothing of the people and keys in a log stands in the scenario.
