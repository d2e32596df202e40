# -O2: the daemon waits for disks and sockets, and -O3 costs a third more build time (and false warnings of GCC 12).
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# replay_options carries warnings, sanitizers and the include root to every target of ours.
set(REPLAY_SANITIZER "" CACHE STRING "asan (with UBSan), tsan, or empty")
set_property(CACHE REPLAY_SANITIZER PROPERTY STRINGS "" asan tsan)

add_library(replay_options INTERFACE)
target_include_directories(replay_options INTERFACE ${PROJECT_SOURCE_DIR}/daemon ${PROJECT_SOURCE_DIR})
target_compile_options(replay_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Werror)
target_link_libraries(replay_options INTERFACE Threads::Threads)
# Only Asio's and Beast's own headers need the shim; C++20 coroutines are on by default.
target_compile_definitions(replay_options INTERFACE BOOST_ASIO_NO_DEPRECATED)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(replay_options INTERFACE -Wthread-safety)
else()
  # Optimising, GCC 12 warns of overlapping copies inside std::string's operator+ (its bug 105651) and of empty
  # std::optionals that nobody reads. Clang, which lints the same code, checks for uninitialised reads.
  target_compile_options(replay_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()

if(REPLAY_SANITIZER STREQUAL "asan")
  # -O1: at -O2 GCC 12 reports a maybe-uninitialized inside Beast that is not there.
  target_compile_options(replay_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g1)
  target_link_options(replay_options INTERFACE -fsanitize=address,undefined)
elseif(REPLAY_SANITIZER STREQUAL "tsan")
  # GCC cannot instrument Asio's fences; without them TSan sees the same happens-before edges.
  target_compile_definitions(replay_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  target_compile_options(replay_options INTERFACE -fsanitize=thread -O1 -g1)
  target_link_options(replay_options INTERFACE -fsanitize=thread)
endif()

if(REPLAY_FUZZERS)
  target_compile_options(replay_options INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -O1)
  target_link_options(replay_options INTERFACE -fsanitize=address,undefined)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()

# replay_library(<folder> SOURCES … [PUBLIC …] [PRIVATE …]): the library of one folder, named replay::<folder>.
function(replay_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(replay_${name} STATIC ${ARG_SOURCES})
  add_library(replay::${name} ALIAS replay_${name})
  target_link_libraries(replay_${name} PUBLIC replay_options ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()
