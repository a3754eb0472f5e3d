// The examples of an explanation: blocks ```LANGUAGE fails and ```LANGUAGE passes.
//
// `endcap` alone is a module of the fixture project. With `toml`, `xml` or `csv` blocks beside it the example
// is a project of its own, `desk`, of which only what matters is shown: `toml` is endcap.toml or more of it,
// `toml fails lock` endcap.lock, `xml` the inside of a <Schema>, `xml fails v4` of one of OData 4, `xml fails
// file` the whole schema, `csv fails data/fees.csv` a sheet. Where a block names its file, as in `toml fails
// endcap.toml`, nothing is added: the blocks are the whole project.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/language/checked.h"

namespace endcap::language {

struct Block {
  std::string language, what, text;  // "xml", "v4"
};

// Those of one kind, "fails" or "passes".
std::vector<Block> blocks_of(const std::string& markdown, std::string_view kind);

Checked check_example(const std::vector<Block>& blocks);

}  // namespace endcap::language
