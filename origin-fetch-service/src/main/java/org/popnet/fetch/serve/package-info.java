/**
 * The data port: takes edges' requests, answers them from the store, and fetches what it lacks, one fetch for all who
 * wait. {@link org.popnet.fetch.serve.FetchPipeline} reads like the story.
 */
@NullMarked
package org.popnet.fetch.serve;

import org.jspecify.annotations.NullMarked;
