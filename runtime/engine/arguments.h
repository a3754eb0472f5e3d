// What comes from outside as JSON: the arguments of a start, the data of an event.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/abi/frame.h"
#include "runtime/abi/program.h"

namespace endcap {

// The cells of a workflow's start parameters. A view is given by its key: {"promo": "P-1"}, {"promo": {"id":
// "P-1"}} or
// {"promo.id": "P-1"}. The error is a sentence for the caller.
std::expected<std::vector<abi::Cell>, std::string> start_cells(const abi::Types& types,
                                                               const abi::Workflow& workflow,
                                                               const std::string& json, abi::Arena& arena);

// How deep the brackets of a JSON text go. Writing a parsed value is recursive, so this is asked before.
unsigned nesting_of(std::string_view json);

// The record of an event, from the `data` of a CloudEvent: by the names of the system's fields, or by the
// workflow's own.
std::expected<abi::Cell, std::string> event_record(const abi::Types& types, const abi::Event& event,
                                                   const std::string& json, abi::Arena& arena);

}  // namespace endcap
