package org.popnet.log.completeness;

import java.util.List;
import org.springframework.data.repository.Repository;

interface SenderStates extends Repository<SenderState, SenderState.Key> {
    List<SenderState> findByCustomerOrderByNodeAscFirstSeenDesc(String customer);
}
