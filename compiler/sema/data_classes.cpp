#include "compiler/sema/data_classes.h"

#include <algorithm>

namespace endcap::sema {

std::optional<DataClass> data_class_of(Context& context, const std::optional<ast::Name>& name) {
  if (!name) return std::nullopt;
  const auto found = std::ranges::find(kDataClassNames, name->text);
  if (found != kDataClassNames.end()) return static_cast<DataClass>(found - kDataClassNames.begin());
  with_suggestion(context.emit(DiagnosticKind::UnknownDataClass, name->span, {name->text}), name->span,
                  name->text, {kDataClassNames.begin(), kDataClassNames.end()});
  return std::nullopt;
}

}  // namespace endcap::sema
