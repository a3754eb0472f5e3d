// A time that stands in a declaration: `timeout 30 s`, `fresh within 1 day`.
#pragma once

#include <limits>
#include <string>

#include "compiler/sema/context.h"

namespace endcap::sema {

// More than nothing and at most `most`. Nothing when it is computed, or too much, which is told of `what`.
std::optional<Duration> written_time(Context& context, uint32_t module, const ast::ExprPtr& tree,
                                     const std::string& what,
                                     Duration most = std::numeric_limits<Duration>::max());

}  // namespace endcap::sema
