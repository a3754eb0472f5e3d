// Tests: each name of a story is one of the project, each value fits its field.
#pragma once

#include "compiler/sema/context.h"

namespace endcap::sema {

// Fills Program::tests. Expects workflows without mistakes: tests name what stands in them.
void check_tests(Context& context);

// The path of a wait as an author writes it: "activate.inStores[store].wait" is `activate.inStores.wait`.
std::string written_path(std::string_view path);

// How a task is called: by its name, or by where it stands, "offer.review.ReviewOffer", as it is known to an
// upgrade or without `task` in front of the name.
std::vector<std::string> task_names(const std::string& name, std::string_view path);

}  // namespace endcap::sema
