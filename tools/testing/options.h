// How an engine in memory is set up: the people and systems of endcap.toml, and no schedule,
// route or sync.
#pragma once

#include "compiler/schema/project.h"
#include "runtime/engine/engine.h"

namespace endcap::testing {

EngineOptions options_of(const Project& project);

// A role that endcap.toml gives to nobody is played by one person of its name: a story is about the workflow.
EngineOptions with_people(EngineOptions options, const abi::Program& program);

}  // namespace endcap::testing
