#[path = "it"]
mod it {
    mod imported;
}
