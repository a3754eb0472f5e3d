// Which uses of a schema a change of it touches, and whether it breaks them: a longer text breaks the view
// that keeps a shorter one, and no other.
#pragma once

#include "compiler/schema/diff.h"
#include "compiler/sema/schema_uses.h"

namespace endcap::sema {

struct TouchedUse {
  const SchemaUse* use = nullptr;
  schema::Impact impact = schema::Impact::None;
};

// `uses` are those of one system, `before` its schema as the change's old side. In the order of `uses`; a use
// that the change does not concern is left out.
std::vector<TouchedUse> touched_uses(const schema::Change& change, const schema::Schema& before,
                                     const std::vector<SchemaUse>& uses, const abi::Types& types);

}  // namespace endcap::sema
