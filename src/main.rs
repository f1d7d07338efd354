//! The app's entry: panic hook and mount.

fn main() {
    #[cfg(target_arch = "wasm32")]
    rounds::ui::app::start();
}
