// The closed list of data classes, each more than the one before it, and what the declarations of a program
// say of them.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "compiler/sema/context.h"

namespace endcap::sema {

constexpr std::array<std::string_view, 4> kDataClassNames{"public", "internal", "confidential", "personal"};

// Nothing when it is not said; a name that is no class is told, and gives nothing.
std::optional<DataClass> data_class_of(Context& context, const std::optional<ast::Name>& name);

}  // namespace endcap::sema
