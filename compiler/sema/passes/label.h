// Trust of a value, field by field: a record read from a view is trusted but for the fields that the view
// marks as advice.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/sema/typed.h"

namespace endcap::sema {

struct Label {
  Trust trust = Trust::Trusted;  // of the whole value, its existence included
  std::string path;              // why: "`forecast` of StockPosition, through `gap`"; empty when trusted
  // Record: one label a field. List, Optional: one label for what is inside. Empty: all of it as `trust`.
  std::vector<Label> parts;

  bool advice() const { return trust == Trust::Advice; }
};

inline Label advice_label(std::string path) { return {Trust::Advice, std::move(path), {}}; }

// What one gets who sees both. The first advice names the path.
Label join(Label a, const Label& b);
// The label of everything inside, as one.
Label flatten(const Label& label);
// What a field or element of the value is labelled.
Label part(const Label& label, size_t index);
// A value fresh from outside, of this type: advice where a view says so.
Label label_of_type(const abi::Types& types, TypeId type);
// The same label, with one more place that it went through.
Label through(Label label, const std::string& place);

}  // namespace endcap::sema
