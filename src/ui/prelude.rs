//! What every screen uses: Leptos' prelude with a `view!` whose type is forgotten. Each type of
//! view costs its own copy of the renderer, and of everything around it that may be there or be
//! repeated; as one type they are a tenth less of the app. Must know nothing of what a view shows.

use std::any::Any;

pub(crate) use leptos::prelude::*;

/// Leptos' `view!`, as an [`AnyView`].
macro_rules! view {
    ($($view:tt)*) => {
        $crate::ui::prelude::erased(::leptos::prelude::view! { $($view)* })
    };
}
pub(crate) use view;

/// Forgets a view's type; what has none already stays as it is.
pub(crate) fn erased<V: IntoView + 'static>(view: V) -> AnyView {
    let mut view = Some(view);
    let any: &mut dyn Any = &mut view;
    if let Some(erased) = any.downcast_mut::<Option<AnyView>>().and_then(Option::take) {
        return erased;
    }
    if let Some(erased) = any.downcast_mut::<Option<View<AnyView>>>().and_then(Option::take) {
        return erased.into_inner();
    }
    view.map(IntoAny::into_any).expect("it is taken once")
}
