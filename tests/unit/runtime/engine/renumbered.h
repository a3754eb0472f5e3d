// The same program with other numbers: unrelated declarations stand in front of each table, as after a deploy
// that changed nothing a workflow depends on. Its machines run as those of the first.
#pragma once

#include <memory>

#include "runtime/engine/connector.h"

namespace endcap::test {

std::shared_ptr<abi::Program> renumbered(std::shared_ptr<abi::Program> program);

// A request of the renumbered program in the numbers of the first.
CallRequest in_first_numbers(CallRequest request, const abi::Program& first);

}  // namespace endcap::test
